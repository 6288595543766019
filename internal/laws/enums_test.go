package laws

import (
	"go/ast"
	"go/types"
	"slices"
	"testing"
)

// notEnums are the exported integer types whose values have no words, and why.
var notEnums = map[string]string{
	"attr.Type":   "the number of an attribute",
	"attr.Slot":   "chosen by the package that uses it",
	"attr.Dir":    "an option of a list, and never read",
	"attr.Layout": "an option of a list, and never shown",
	"link.Errno":  "an error, whose text is its Error",
}

// TestEnums asks for String, MarshalText and UnmarshalText on every exported
// integer type of the public packages, so that what is shown, and what is
// written as JSON, can be read back.
func TestEnums(t *testing.T) {
	types, methods := map[string]bool{}, map[string][]string{}
	for _, s := range sources(t) {
		if s.isTest() || !slices.Contains(public, s.dir) {
			continue
		}
		for _, decl := range s.ast.Decls {
			switch d := decl.(type) {
			case *ast.GenDecl:
				for _, name := range integerTypes(d) {
					types[s.dir+"."+name] = true
				}
			case *ast.FuncDecl:
				if r := receiver(d); r != "" {
					methods[s.dir+"."+r] = append(methods[s.dir+"."+r], d.Name.Name)
				}
			}
		}
	}
	if len(types) < 50 {
		t.Errorf("only %d integer types found", len(types))
	}
	for name := range types {
		has := slices.Contains(methods[name], "String") && slices.Contains(methods[name], "MarshalText") && slices.Contains(methods[name], "UnmarshalText")
		switch reason := notEnums[name]; {
		case !has && reason == "":
			t.Errorf("%s lacks String, MarshalText or UnmarshalText", name)
		case has && reason != "":
			t.Errorf("%s has all three and is an exception: %s", name, reason)
		}
	}
	for name := range notEnums {
		if !types[name] {
			t.Errorf("%s is an exception and no exported integer type", name)
		}
	}
}

// integerTypes returns the exported types of a declaration that are integers.
func integerTypes(d *ast.GenDecl) (list []string) {
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if !ok || !s.Name.IsExported() || s.Assign.IsValid() {
			continue
		}
		id, ok := s.Type.(*ast.Ident)
		if !ok {
			continue
		}
		if o, ok := types.Universe.Lookup(id.Name).(*types.TypeName); ok {
			if b, ok := o.Type().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
				list = append(list, s.Name.Name)
			}
		}
	}
	return list
}

// receiver returns the type that a method is of, "" for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	typ := f.Recv.List[0].Type
	if p, ok := typ.(*ast.StarExpr); ok {
		typ = p.X
	}
	id, _ := typ.(*ast.Ident)
	if id == nil {
		return "" // of a type with parameters
	}
	return id.Name
}
