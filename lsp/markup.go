package lsp

import (
	"regexp"
	"slices"
	"strings"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// markup is a text as a client shows it: without its marks for one that would show them as they are written.
func markup(markdown string, plain bool) protocol.MarkupContent {
	if plain {
		return protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: unmarked(markdown)}
	}
	return protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: markdown}
}

// onlyPlain reports whether a client names formats, and Markdown is not among them.
func onlyPlain(formats []protocol.MarkupKind) bool {
	return len(formats) > 0 && !slices.Contains(formats, protocol.MarkupKindMarkdown)
}

// marks are those of Markdown that the server writes within a line: code, bold, links.
var marks = regexp.MustCompile("`([^`]*)`|\\*\\*([^*]*)\\*\\*|\\[([^\\]]*)\\]\\([^)]*\\)")

func unmarked(markdown string) string {
	var out []string
	code := false
	for _, line := range strings.Split(markdown, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
			continue
		case !code:
			line = marks.ReplaceAllString(line, "$1$2$3")
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
