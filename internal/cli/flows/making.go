package flows

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// making is what the commands that make a flow share.
type making struct {
	app                       *cmdutil.App
	out                       cmdutil.OutputFlags
	name, description, access string
}

func (m *making) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&m.description, "description", "", "what the flow is for")
	accessFlag(cmd, &m.access)
	m.out.Register(cmd)
}

func checkName(name string) error {
	if strings.TrimSpace(name) == "" {
		return errors.New("the name is empty; give the flow a name")
	}
	return nil
}

// spec returns what the new flow shall be, of a flow that it begins with.
func (m *making) spec(cmd *cobra.Command, spec flow.Spec) flow.Spec {
	spec.Name = m.name
	if cmd.Flags().Changed("description") {
		spec.Description = m.description
	}
	if access := accessControl(m.access); access != nil {
		spec.AccessControl = access
	}
	return spec
}

// create creates the flow on the server and prints it.
func (m *making) create(cmd *cobra.Command, p *output.Printer, spec flow.Spec) error {
	c, err := m.app.Connect(cmd.Context())
	if err != nil {
		return err
	}
	f, err := c.Flows.Create(cmd.Context(), m.spec(cmd, spec))
	if err != nil {
		return err
	}
	return printWritten(p, f, "made")
}
