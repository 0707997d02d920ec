package feature

import (
	"bytes"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// beginning is where a statement begins: its keyword, or the name of something that the block takes.
func (l *list) beginning(f *frame) {
	if !f.known {
		return
	}
	switch f.kind {
	case syntax.ColumnsBlock, syntax.GroupBlock:
		l.columnName(f)
		return
	case syntax.GivenBlock, syntax.ExpectBlock:
		l.header(f)
		return
	}
	given := l.given(f)
	l.settings(f, given)
	for _, a := range syntax.Attributes {
		if (slices.Contains(a.In, f.kind) || f.kind == syntax.TemplateBlock) && !given[a.Name] && !l.pointless(f, a.Name) {
			tier := 2
			if f.kind == syntax.SourceBlock && (a.Name == "time" || a.Name == "zone") {
				tier = 1
			}
			l.add(tier, Item{Kind: AttributeItem, Label: a.Name, Detail: a.Form, Doc: a.Doc + "\n\n```recon\n" + a.Form + "\n```", Insert: a.Name + " = $0", Snippet: true})
		}
	}
	for i := range syntax.Statements {
		s := &syntax.Statements[i]
		if !s.Takes(f.kind) || unnamed(s) {
			continue
		}
		if once := s.Name == "columns" || s.Name == "schedule" || s.Name == "window" || s.Name == "trigger" || s.Name == "recon"; once && given[s.Name] {
			continue
		}
		l.add(l.keywordTier(f, s, given), Item{Kind: KeywordItem, Label: s.Name, Detail: s.Form, Doc: s.Doc + "\n\n```recon\n" + s.Form + "\n```", Insert: l.form(s, f.kind), Snippet: true})
	}
}

// pointless reports an attribute that a plugin of this source does not know.
func (l *list) pointless(f *frame, name string) bool {
	if f.kind != syntax.SourceBlock || name != "optional" {
		return false
	}
	p, ok := l.Unit.Catalog.Sources[l.pluginOf(f)]
	return ok && !slices.ContainsFunc(p.Settings, func(s schema.Setting) bool { return s.Name == "optional" })
}

// keywordTier puts what a file or block still lacks before what it has.
func (l *list) keywordTier(f *frame, s *syntax.Statement, given map[string]bool) int {
	switch f.kind {
	case syntax.FileBlock:
		rows, rules := len(l.globals(l.File, check.SourceSymbol, check.ViewSymbol)), l.globals(l.File, check.RuleSymbol)
		tests := slices.ContainsFunc(l.File.Decls, func(d syntax.Decl) bool { _, ok := d.(*syntax.Test); return ok })
		switch {
		case s.Name == "recon":
			return 0
		case s.Name == "source" && rows < 2, s.Name == "rule" && rows >= 2 && len(rules) == 0, s.Name == "test" && len(rules) > 0 && !tests:
			return 1
		case s.Name == "import", s.Name == "moved", s.Name == "template":
			return 3
		}
		return 2
	case syntax.BetweenBlock:
		if s.Name == "key" && !given["key"] && !given["group"] || s.Name == "compare" && (given["key"] || given["group"]) {
			return 0
		}
		return judging(s, given["compare"])
	case syntax.OverBlock:
		if s.Name == "unique" || s.Name == "assert" {
			return 0
		}
		return judging(s, given["unique"] || given["assert"])
	case syntax.TestBlock:
		return 1
	case syntax.HandlerBlock:
		return 0
	case syntax.SourceBlock, syntax.ViewBlock:
		switch {
		case s.Name == "columns" && f.kind == syntax.SourceBlock:
			return 0 // what else there is to say mostly names columns
		case s.Name == "columns" || s.Name == "where":
			return 1
		}
	}
	return 2
}

// judging puts what is said about the outcome before attributes, once there is something that can have one.
func judging(s *syntax.Statement, compared bool) int {
	switch s.Name {
	case "warn", "fail", "on", "window", "schedule":
		if compared {
			return 1
		}
	}
	return 2
}

// given are the first words of the statements of a block, except of the one that is being typed.
func (l *list) given(f *frame) map[string]bool {
	given := map[string]bool{}
	depth, first := 0, true
	start := f.open.End
	if f.bracket == 0 {
		start = 0
	}
	unclosed := f.bracket != 0 && l.unbalanced
	lineStart := false
	for _, t := range l.File.Tokens {
		if t.Start < start || t.Kind == syntax.Space || t.Kind == syntax.Remark {
			continue
		}
		if t.Kind == syntax.Newline {
			first, lineStart = true, true
			continue
		}
		if unclosed && lineStart && l.indentOf(t.Start) <= f.indent {
			return given
		}
		lineStart = false
		switch text := l.textOf(t); {
		case text == "{" || text == "(" || text == "[":
			depth++
		case text == "}" || text == ")" || text == "]":
			if depth--; depth < 0 {
				return given
			}
		case text == "," && depth == 0:
			first = true
			continue
		case first && depth == 0 && t.Kind == syntax.Name && t.Start != l.word.Start:
			given[text] = true
		}
		first = false
	}
	return given
}

// indentOf is how far the line of an offset is indented.
func (c *cursor) indentOf(offset int) int {
	start := bytes.LastIndexByte(c.Text()[:offset], '\n') + 1
	line := c.Text()[start:offset]
	return len(line) - len(bytes.TrimLeft(line, " \t"))
}

// pluginOf is the plugin that the block of a source or action names.
func (l *list) pluginOf(f *frame) string {
	if len(f.head) >= 4 {
		return l.textOf(f.head[3])
	}
	return ""
}

// takers are the settings or fields that a block takes besides the attributes of the language, and which of them exclude each other.
func (l *list) takers(f *frame) (settings []schema.Setting, one [][]string) {
	switch f.kind {
	case syntax.SourceBlock:
		p := l.Unit.Catalog.Sources[l.pluginOf(f)]
		return p.Settings, p.OneSetting
	case syntax.ActionBlock:
		return l.Unit.Catalog.Actions[l.pluginOf(f)].Settings, nil
	case syntax.DoBlock:
		if a, ok := l.actionOf(f); ok {
			return a.Fields, nil
		}
	}
	return nil, nil
}

// actionOf is what the action of a do block can do.
func (l *list) actionOf(f *frame) (schema.Action, bool) {
	var ref []string
	for _, t := range f.head[1:] {
		if t.Kind == syntax.Name {
			ref = append(ref, l.textOf(t))
		}
	}
	sym, file := l.find(l.File, ref, check.ActionSymbol)
	if sym == nil {
		return schema.Action{}, false
	}
	d := actionIn(file, sym.Name)
	if d == nil || d.Plugin == nil {
		return schema.Action{}, false
	}
	a, ok := l.Unit.Catalog.Actions[d.Plugin.Name]
	return a, ok
}

// settings adds the settings or fields that a block takes: the required ones first.
func (l *list) settings(f *frame, given map[string]bool) {
	settings, one := l.takers(f)
	for _, s := range settings {
		tier := 2
		if s.Required {
			tier = 0
		}
		skip := given[s.Name]
		for _, group := range one {
			if slices.Contains(group, s.Name) {
				tier = 0
				skip = skip || slices.ContainsFunc(group, func(o string) bool { return given[o] })
			}
		}
		if !skip {
			l.add(tier, Item{Kind: SettingItem, Label: s.Name, Detail: settingDetail(s), Doc: settingDoc(s), Insert: s.Name + " = $0", Snippet: true})
		}
	}
}

func settingDetail(s schema.Setting) string {
	text := s.Type.String()
	if s.Required {
		text += ", required"
	}
	return text
}

func settingDoc(s schema.Setting) string {
	text := s.Doc
	if len(s.OneOf) > 0 {
		text += "\n\nOne of: `" + strings.Join(s.OneOf, "`, `") + "`."
	}
	if s.Default != "" {
		text += "\n\nWithout it: `" + s.Default + "`."
	}
	if s.Example != "" {
		text += "\n\n```recon\n" + s.Name + " = " + s.Example + "\n```"
	}
	return text
}
