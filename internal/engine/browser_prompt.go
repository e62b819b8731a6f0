package engine

import (
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
)

// prompt takes texts of a certain look for files. Beside files the texts
// are the prompt and the author's prompt goes unheard; {{input}} spelt so takes
// all texts, and what they bring is read for placeholders again.
func (inBrowser) prompt(c *call, model string) (prompt, error) {
	var p prompt
	var texts []string
	for _, v := range flatten(c.inputs) {
		if id := browser.FileIn(v); id != "" {
			p.files = append(p.files, id)
		} else {
			text, err := c.text(v)
			if err != nil {
				return prompt{}, err
			}
			texts = append(texts, text)
		}
	}
	author := c.node.field("prompt")
	heard := len(p.files) == 0 || len(texts) == 0
	if heard && js.Truthy(author) && js.Type(author) != "string" {
		return prompt{}, browser.Errorf("%s is not a function", browser.Missing(author, "prompt.includes", "result.replace"))
	}
	p.text = c.node.text("prompt")
	const mark = "{{input}}"
	marked := strings.Contains(p.text, mark)
	joined, err := c.join(texts, "\n\n")
	if err != nil {
		return prompt{}, err
	}
	switch {
	case len(p.files) > 0 && len(texts) > 0:
		p.text = joined
	case len(p.files) > 0 && marked:
		p.text, err = c.replaceInput(p.text, "")
		if p.text = js.Trim(p.text); p.text == "" {
			p.text = describeImage
		}
	case len(p.files) > 0 && p.text == "":
		p.text = defaultPrompt(model)
	case len(p.files) > 0:
	case len(texts) > 0 && marked:
		p.text, err = c.replaceInput(p.text, joined)
	case len(texts) > 0 && p.text == "":
		p.text = joined
	case len(texts) == 0 && marked:
		p.text, err = c.replaceInput(p.text, "")
		p.text = js.Trim(p.text)
	}
	if err == nil {
		p.text, err = c.fillAll(p.text)
	}
	if err != nil {
		return prompt{}, err
	}
	if p.text == "" {
		return prompt{}, c.noPrompt()
	}
	return p, nil
}
