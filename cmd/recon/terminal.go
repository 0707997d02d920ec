package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether w is a terminal that a person looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour reports whether w may get colours: a terminal, unless NO_COLOR (no-color.org) or a dumb
// terminal says otherwise.
func colour(w io.Writer, env environment) bool {
	if v, ok := env.getenv("NO_COLOR"); ok && v != "" {
		return false
	}
	if v, _ := env.getenv("TERM"); v == "dumb" {
		return false
	}
	return isTerminal(w)
}
