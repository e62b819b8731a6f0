package server

import (
	"net/http"
	"slices"
	"strings"
)

// handler answers a call, or returns the error to answer with: a *problem, or an internal
// error.
type handler func(*call) error

// route is a path and its handlers by method. That of GET answers HEAD, too.
type route struct {
	path    string // a pattern of http.ServeMux
	methods map[string]handler
}

// routes returns all routes; openapi.yaml has the same.
func (s *Server) routes() []route {
	type m = map[string]handler
	list := m{"GET": s.signedIn(s.listFlows)}
	whoami := m{"GET": s.signedIn(s.whoami)}
	return []route{
		{"/api/v1/flows", list},
		{"/api/v1/flows/{$}", list},
		{"/api/v1/flows/create", m{"POST": s.signedIn(s.createFlow)}},
		{"/api/v1/flows/accessible", m{"GET": s.signedIn(s.listAccessible)}},
		{"/api/v1/flows/import", m{"POST": s.signedIn(s.importFlow)}},
		{"/api/v1/flows/deleted", m{"GET": s.signedIn(s.listDeleted)}},
		{"/api/v1/flows/{id}", m{
			"GET":    s.signedIn(s.getFlow),
			"POST":   s.signedIn(s.updateFlow),
			"PUT":    s.signedIn(s.putFlow),
			"DELETE": s.signedIn(s.deleteFlow),
		}},
		{"/api/v1/flows/{id}/restore", m{"POST": s.signedIn(s.restoreFlow)}},
		{"/api/v1/flows/{id}/versions", m{"GET": s.signedIn(s.listVersions)}},
		{"/api/v1/flows/{id}/versions/{version}", m{"GET": s.signedIn(s.getVersion)}},
		{"/api/v1/flows/{id}/versions/{version}/restore", m{"POST": s.signedIn(s.restoreVersion)}},
		{"/api/v1/flows/{id}/labels/{name}", m{
			"PUT":    s.signedIn(s.putLabel),
			"DELETE": s.signedIn(s.deleteLabel),
		}},
		{"/api/v1/flows/{id}/duplicate", m{"POST": s.signedIn(s.duplicateFlow)}},
		{"/api/v1/flows/{id}/export", m{"GET": s.signedIn(s.exportFlow)}},
		{"/api/v1/flows/{id}/execute", m{"POST": s.signedIn(s.executeFlow)}},
		{"/api/v1/flows/{id}/executions", m{
			"GET":    s.signedIn(s.listExecutions),
			"POST":   s.signedIn(s.createExecution),
			"DELETE": s.signedIn(s.deleteExecutions),
		}},
		{"/api/v1/flows/{id}/executions/stats", m{"GET": s.signedIn(s.executionStats)}},
		{"/api/v1/flows/{id}/executions/{execution}", m{
			"GET":    s.signedIn(s.getExecution),
			"DELETE": s.signedIn(s.deleteExecution),
		}},
		{"/api/v1/flows/{id}/executions/{execution}/cancel", m{"POST": s.signedIn(s.cancelExecution)}},
		{"/api/v1/executions", m{"GET": s.signedIn(s.listUnderWay)}},
		{"/api/v1/users/search", m{"GET": s.signedIn(s.searchUsers)}},
		{"/api/v1/users/{user}", m{"GET": s.signedIn(s.getUser)}},
		{"/api/v1/groups/{$}", m{"GET": s.signedIn(s.listGroups)}},
		{"/api/v1/auths/signin", m{"POST": s.signIn}},
		{"/api/v1/auths/signout", m{"POST": s.signedIn(s.signOut)}},
		{"/api/v1/auths", whoami},
		{"/api/v1/auths/{$}", whoami},
		{"/health", m{"GET": s.health}},
		{"/api/version", m{"GET": s.apiVersion}},
		{"/openapi.json", m{"GET": s.openAPI}},
		{"/docs", m{"GET": s.docs}},
		{"/docs/{$}", m{"GET": s.docsElsewhere}},
		{"/docs/{asset}", m{"GET": s.docsAsset}},
		{"/metrics", m{"GET": s.writeMetrics}},
	}
}

func (s *Server) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.path, r)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.(*call).fail(errNotFound) })
	return mux
}

// ServeHTTP calls the method's handler. w is the *call that serve made.
func (rt route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := w.(*call)
	c.route = strings.TrimSuffix(rt.path, "{$}")
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if h, ok := rt.methods[method]; ok {
		if err := h(c); err != nil {
			c.fail(err)
		}
		return
	}
	c.Header().Set("Allow", rt.allow())
	if method == http.MethodOptions {
		c.WriteHeader(http.StatusNoContent)
		return
	}
	c.fail(&problem{status: http.StatusMethodNotAllowed, detail: "Method Not Allowed"})
}

// allow is the value of the Allow header.
func (rt route) allow() string {
	methods := []string{http.MethodOptions}
	for m := range rt.methods {
		methods = append(methods, m)
		if m == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}
