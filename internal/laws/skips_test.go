package laws

import (
	"go/ast"
	"strings"
	"testing"
)

// TestSkips holds the rule of skips: a kernel test skips by naming a feature
// (testns.Require), so that the kernel matrix can judge it. Only what takes long
// may be skipped otherwise, by those who ask for short tests.
func TestSkips(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasSuffix(s.name, "_linux_test.go") || s.dir == "internal/testns" {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.IfStmt:
				return !calls(n.Cond, "Short")
			case *ast.CallExpr:
				if calls(n, "Skip", "Skipf", "SkipNow") {
					t.Errorf("%s:%d: say what the kernel lacks with testns.Require", s.name, s.line(n.Pos()))
				}
			}
			return true
		})
	}
}

// calls reports whether e is a call of a method or function of a package with
// one of the names.
func calls(e ast.Expr, names ...string) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	for _, name := range names {
		if f.Sel.Name == name {
			return true
		}
	}
	return false
}
