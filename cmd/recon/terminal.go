package main

import (
	"io"
	"os"

	"github.com/recon-lang/recon/engine/result"
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

// style is how text written to w may look.
func style(w io.Writer, env environment) result.Style {
	s := result.Style{Colour: colour(w, env)}
	if isTerminal(w) {
		if width, _, err := term.GetSize(int(w.(*os.File).Fd())); err == nil {
			s.Width = width
		}
	}
	return s
}
