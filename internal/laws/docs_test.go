package laws

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"testing"
)

var public = []string{"attr", "kind", "nsutil", "link"}

// TestDocs asks for a doc comment on every exported name of the public
// packages, fields included. A comment covers the lines that follow it without
// a gap, so that pairs and lists need one only; a group's comment covers its
// constants; a type's covers the fields that it names.
func TestDocs(t *testing.T) {
	packages := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() || !slices.Contains(public, s.dir) {
			continue
		}
		packages[s.dir] = packages[s.dir] || s.ast.Doc != nil
		d := docs{t, s}
		for _, decl := range s.ast.Decls {
			d.decl(decl)
		}
	}
	for dir, ok := range packages {
		if !ok {
			t.Errorf("%s: no package comment", dir)
		}
	}
}

type docs struct {
	t *testing.T
	s *source
}

func (d docs) missing(n *ast.Ident) {
	d.t.Errorf("%s:%d: %s has no doc comment", d.s.name, d.s.line(n.Pos()), n.Name)
}

func (d docs) decl(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Name.IsExported() && decl.Doc == nil && exportedReceiver(decl) {
			d.missing(decl.Name)
		}
	case *ast.GenDecl:
		covered := token.NoPos
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				d.typ(decl, spec)
			case *ast.ValueSpec:
				// A doc on the group, the spec, its line, or the line above.
				if decl.Doc != nil || spec.Doc != nil || spec.Comment != nil || d.follows(covered, spec.Pos()) {
					covered = spec.End()
					continue
				}
				d.names(spec.Names)
			}
		}
	}
}

// exportedReceiver reports whether users can see the method.
func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	x := f.Recv.List[0].Type
	for {
		switch e := x.(type) {
		case *ast.StarExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.IndexListExpr:
			x = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return false
		}
	}
}

func (d docs) typ(decl *ast.GenDecl, spec *ast.TypeSpec) {
	if !spec.Name.IsExported() {
		return
	}
	if decl.Doc == nil && spec.Doc == nil && spec.Comment == nil {
		d.missing(spec.Name)
	}
	text := decl.Doc.Text() + spec.Doc.Text()
	switch x := spec.Type.(type) {
	case *ast.StructType:
		d.fields(x.Fields, text)
	case *ast.InterfaceType:
		d.fields(x.Methods, text)
	}
}

func (d docs) fields(list *ast.FieldList, text string) {
	covered := token.NoPos
	for _, f := range list.List {
		if f.Doc != nil || f.Comment != nil || d.follows(covered, f.Pos()) {
			covered = f.End()
			continue
		}
		for _, n := range f.Names {
			if !regexp.MustCompile(`\b` + n.Name + `\b`).MatchString(text) {
				d.names([]*ast.Ident{n})
			}
		}
	}
}

// follows reports whether p is on the line after end.
func (d docs) follows(end, p token.Pos) bool {
	return end != token.NoPos && d.s.line(p) == d.s.line(end)+1
}

func (d docs) names(list []*ast.Ident) {
	for _, n := range list {
		if n.IsExported() {
			d.missing(n)
		}
	}
}
