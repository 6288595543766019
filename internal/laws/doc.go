// Package laws has no code but tests: they read the source of the whole
// repository, whatever its build constraints, and enforce the rules that the
// compiler does not know. What a law says and why stands beside it.
package laws
