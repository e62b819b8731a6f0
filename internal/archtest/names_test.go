package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing"
)

// TestNames holds the public libraries to at most 203 exported names, methods included,
// the three above 200 being rights for lists (client.Access), and each name to a doc
// comment of its own or of its group.
func TestNames(t *testing.T) {
	const most = 203
	names := 0
	for _, dir := range []string{"client", "flow", "flowfile"} {
		pkgs, err := parser.ParseDir(token.NewFileSet(), "../../pkg/"+dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, parser.ParseComments) //nolint:staticcheck // one folder without build tags
		if err != nil {
			t.Fatal(err)
		}
		count := func(name string, docs ...*ast.CommentGroup) {
			names++
			for _, doc := range docs {
				if doc.Text() != "" {
					return
				}
			}
			t.Errorf("pkg/%s: %s has no doc comment", dir, name)
		}
		for _, f := range pkgs[dir].Files {
			for _, d := range f.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
						count(d.Name.Name, d.Doc)
					}
				case *ast.GenDecl:
					for _, s := range d.Specs {
						switch s := s.(type) {
						case *ast.TypeSpec:
							if s.Name.IsExported() {
								count(s.Name.Name, s.Doc, d.Doc)
							}
						case *ast.ValueSpec:
							for _, name := range s.Names {
								if name.IsExported() {
									count(name.Name, s.Doc, s.Comment, d.Doc)
								}
							}
						}
					}
				}
			}
		}
	}
	if names > most {
		t.Errorf("pkg/client, pkg/flow and pkg/flowfile export %d names, want at most %d: what only flowctl needs belongs below internal", names, most)
	}
}

// receiver returns the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	kind := d.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	name, _ := kind.(*ast.Ident)
	return name.Name
}
