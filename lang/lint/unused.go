package lint

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// unused finds declarations that nothing uses. A file without rules is there for others to import: there, only
// names that are private are looked at.
func unused(p *pass) {
	if p.Diags.HasErrors() {
		return // what uses them may not have been understood
	}
	used := map[diag.Span]bool{}
	for _, s := range p.Info.Uses {
		used[s.Span] = true
	}
	var meant []string // in texts that plainTexts reports
	for _, at := range p.plain() {
		meant = append(meant, words(at.Text())...)
	}
	for _, f := range p.Files {
		rules := false
		for _, d := range f.Decls {
			_, rule := d.(*syntax.Rule)
			rules = rules || rule
		}
		idle := p.unusedIn(f, used)
		for _, d := range idle {
			name := nameOf(d)
			_, imports := d.(*syntax.Import) // which nobody imports in turn
			private := imports || strings.HasPrefix(name.Name, "_")
			if !rules && !private || slices.Contains(meant, name.Name) || mentioned(name.Name, d, idle) {
				continue
			}
			p.report(name.Span, fmt.Sprintf("nothing uses %s %s", kindOf(d), name.Name), "remove it", removal(d, private)...)
		}
	}
}

// unusedIn are the declarations of a file whose names nobody uses.
func (p *pass) unusedIn(f *syntax.File, used map[diag.Span]bool) (idle []syntax.Decl) {
	for _, d := range f.Decls {
		if name := nameOf(d); name != nil && kindOf(d) != "" && p.Info.Defs[name.Span] != nil && !used[name.Span] {
			idle = append(idle, d)
		}
	}
	return idle
}

// kindOf is the word for declarations that are there to be used, or "".
func kindOf(d syntax.Decl) check.SymbolKind {
	switch d.(type) {
	case *syntax.Import:
		return "import"
	case *syntax.Param:
		return check.ParamSymbol
	case *syntax.Let:
		return check.LetSymbol
	case *syntax.Secret:
		return check.SecretSymbol
	case *syntax.Source:
		return check.SourceSymbol
	case *syntax.View:
		return check.ViewSymbol
	case *syntax.Action:
		return check.ActionSymbol
	case *syntax.Template:
		return check.TemplateSymbol
	}
	return ""
}

// mentioned reports whether the name of d stands in a template that is unused itself, and is said to be: what a template
// says is looked at where it is used.
func mentioned(name string, d syntax.Decl, idle []syntax.Decl) bool {
	for _, t := range idle {
		if _, ok := t.(*syntax.Template); ok && t != d && slices.Contains(words(t.At().Text()), name) {
			return true
		}
	}
	return false
}

// words are the names in a text, and what looks like names.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// removal removes a declaration with its doc comment, if nothing else stands on its lines. A private one that has no
// effect of its own can be removed unasked; any other may be imported, or set from outside.
func removal(d syntax.Decl, private bool) []diag.Fix {
	at, ok := wholeLines(d.At())
	if !ok {
		return nil
	}
	text := at.File.Text
	for d.DocText() != "" { // the ## lines directly above
		above := bytes.LastIndexByte(text[:max(at.Start-1, 0)], '\n') + 1
		if at.Start == 0 || !bytes.HasPrefix(bytes.TrimSpace(text[above:at.Start]), []byte("##")) {
			break
		}
		at.Start = above
	}
	if blank(text, at.Start) && at.End < len(text) && (text[at.End] == '\n' || text[at.End] == '\r') {
		at.End += bytes.IndexByte(text[at.End:], '\n') + 1 // one of the two blank lines around it
	}
	_, let := d.(*syntax.Let)
	_, secret := d.(*syntax.Secret)
	return []diag.Fix{{Title: fmt.Sprintf("remove %s", nameOf(d).Name), Edits: []diag.Edit{{Span: at}}, Safe: private && (let || secret)}}
}

// blank reports whether the line that ends before at is blank, or there is none.
func blank(text []byte, at int) bool {
	if at == 0 {
		return true
	}
	above := bytes.LastIndexByte(text[:at-1], '\n') + 1
	return len(bytes.TrimSpace(text[above:at])) == 0
}
