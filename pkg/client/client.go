package client

// Client talks to one flows backend in the name of one user. It never changes
// after [New] and is safe for concurrent use.
type Client struct {
	Flows      *FlowsService
	Executions *ExecutionsService
	Auth       *AuthService
	Models     *ModelsService
	Server     *ServerService

	conn *conn
}

// conn is what the services share. The token is behind this pointer, so that
// printing a Client does not print it.
type conn struct{}

// New makes a client for the backend at baseURL, such as
// "https://flows.example.com" or, behind a path prefix,
// "https://example.com/webui". It does not connect. Errors are about baseURL and
// the options alone.
func New(baseURL string, opts ...Option) (*Client, error) {
	c := &conn{}
	return &Client{
		Flows:      &FlowsService{c},
		Executions: &ExecutionsService{c},
		Auth:       &AuthService{c},
		Models:     &ModelsService{c},
		Server:     &ServerService{c},
		conn:       c,
	}, nil
}

// BaseURL gives the address that the client was made for, without a slash at its
// end.
func (c *Client) BaseURL() string { return "" }
