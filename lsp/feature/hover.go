package feature

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Hover is what is said about the thing at a place.
type Hover struct {
	Span     diag.Span
	Markdown string
}

// HoverAt says what stands at an offset; ok is false where there is nothing to say. now is from when the times of a schedule are counted.
func HoverAt(s *Snapshot, offset int, now time.Time) (h Hover, ok bool) {
	t, found := s.tokenAt(offset)
	if !found {
		return Hover{}, false
	}
	at := diag.Span{File: s.File.Span.File, Start: t.Start, End: t.End}
	if t.Kind == syntax.Remark {
		return hoverCode(at, offset)
	}
	if p, ok := s.index().at(at.File, offset); ok {
		if text := s.describe(p); text != "" {
			return Hover{p.span, text}, true
		}
	}
	path := syntax.Path(s.File, offset)
	if c, ok := path[len(path)-1].(*syntax.Cell); ok {
		at = c.Span
	}
	for _, say := range []func([]syntax.Node, diag.Span, syntax.Token) string{
		func(path []syntax.Node, _ diag.Span, t syntax.Token) string { return s.schedule(path, t, now) },
		func(path []syntax.Node, at diag.Span, t syntax.Token) string { return s.argument(path, at, t, now) },
		s.tolerance, s.literal, origin, s.setting, keyword, word, s.expression,
	} {
		if text := say(path, at, t); text != "" {
			return Hover{at, text}, true
		}
	}
	return Hover{}, false
}

// tokenAt is the token with a meaning, or the comment, that an offset stands in or behind.
func (s *Snapshot) tokenAt(offset int) (syntax.Token, bool) {
	tokens := s.File.Tokens
	i, ok := slices.BinarySearchFunc(tokens, offset, func(t syntax.Token, at int) int {
		switch {
		case t.End <= at:
			return -1
		case t.Start > at:
			return 1
		}
		return 0
	})
	quiet := func(k syntax.Kind) bool { return k == syntax.Space || k == syntax.Newline || k == syntax.EOF }
	if (!ok || quiet(tokens[i].Kind) || tokens[i].Kind == syntax.Op) && i > 0 && i <= len(tokens) && tokens[i-1].End == offset && !quiet(tokens[i-1].Kind) {
		return tokens[i-1], true
	}
	if !ok || quiet(tokens[i].Kind) {
		return syntax.Token{}, false
	}
	return tokens[i], true
}

var codePattern = regexp.MustCompile(`RC[0-9]{4}`)

// hoverCode says what a code in a comment is: # allow RC4003: ….
func hoverCode(remark diag.Span, offset int) (Hover, bool) {
	for _, m := range codePattern.FindAllStringIndex(remark.Text(), -1) {
		at := diag.Span{File: remark.File, Start: remark.Start + m[0], End: remark.Start + m[1]}
		if offset < at.Start || offset > at.End {
			continue
		}
		e, ok := diag.Explain(diag.Code(at.Text()))
		if !ok {
			return Hover{at, fmt.Sprintf("There is no code %s.", at.Text())}, true
		}
		return Hover{at, fmt.Sprintf("**%s**: %s\n\n`recon explain %s` shows an example.", e.Code, e.Title, e.Code)}, true
	}
	return Hover{}, false
}

// code is a piece of a rule file in an answer.
func code(text string) string { return "```recon\n" + text + "\n```" }

// with adds paragraphs to an answer, but empty ones.
func with(text string, more ...string) string {
	for _, m := range more {
		if m = strings.TrimSpace(m); m != "" {
			text += "\n\n" + m
		}
	}
	return text
}

// keyword says what a statement is, on its first word, and on the words that belong to it.
func keyword(path []syntax.Node, at diag.Span, t syntax.Token) string {
	if t.Kind != syntax.Name {
		return ""
	}
	kind := syntax.FileBlock
	for i := len(path) - 1; i > 0; i-- {
		if b, ok := path[i].(*syntax.Block); ok {
			kind = b.Kind
			break
		}
	}
	statement := path[len(path)-1]
	for i := len(path) - 1; i > 0; i-- {
		_, stmt := path[i].(syntax.Stmt)
		_, decl := path[i].(syntax.Decl)
		if stmt || decl {
			statement = path[i]
			break
		}
	}
	if statement.At().Start != at.Start {
		return ""
	}
	for i := range syntax.Statements {
		if s := &syntax.Statements[i]; s.Name == at.Text() && s.Takes(kind) {
			return with(code(s.Form), s.Doc)
		}
	}
	return ""
}

// setting says what an attribute is that blocks have whatever plugin stands behind them.
func (s *Snapshot) setting(path []syntax.Node, at diag.Span, _ syntax.Token) string {
	for i := len(path) - 1; i > 0; i-- {
		a, ok := path[i].(*syntax.Attribute)
		if !ok || a.Name.Span != at {
			continue
		}
		b, ok := path[i-1].(*syntax.Block)
		if !ok {
			return ""
		}
		for _, k := range syntax.Attributes {
			if k.Name == a.Name.Name && (slices.Contains(k.In, b.Kind) || b.Kind == syntax.TemplateBlock) {
				return with(code(k.Form), k.Doc)
			}
		}
	}
	return ""
}

// argument says what a text is that an expression gives to a function: the name of a zone.
func (s *Snapshot) argument(path []syntax.Node, at diag.Span, t syntax.Token, now time.Time) string {
	text := strings.Trim(at.Text(), `"`)
	if _, ok := path[len(path)-1].(*syntax.Expr); !ok || t.Kind != syntax.String || !strings.Contains(text, "/") {
		return ""
	}
	return zoneNow(text, now)
}

// origin says what env and file do where a secret is declared.
func origin(path []syntax.Node, at diag.Span, t syntax.Token) string {
	if t.Kind != syntax.Name || !slices.ContainsFunc(path, func(n syntax.Node) bool { _, ok := n.(*syntax.Secret); return ok }) {
		return ""
	}
	for _, f := range builtin.Specials {
		if f.Place == builtin.InSecret && f.Name == at.Text() {
			return with(code(f.Signature), f.Doc+example(f.Example))
		}
	}
	return ""
}

// expression says the type of the expression around.
func (s *Snapshot) expression(path []syntax.Node, _ diag.Span, t syntax.Token) string {
	e, ok := path[len(path)-1].(*syntax.Expr)
	if !ok || t.Kind == syntax.Op && len(e.Tokens) == 1 {
		return ""
	}
	typed, ok := s.Unit.Info.Types[e.Span]
	if !ok || typed.Type.Kind == schema.Invalid {
		return ""
	}
	text := typed.Type.String()
	if typed.Unit.Name != "" {
		text += ` unit "` + typed.Unit.Name + `"`
	}
	return code(oneLine(e.Text) + ": " + text)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
