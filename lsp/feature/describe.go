package feature

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// describe says what a name means: of a name with several meanings, all.
func (s *Snapshot) describe(p place) string {
	var parts []string
	symbols := slices.Clone(p.symbols)
	slices.SortFunc(symbols, func(a, b *check.Symbol) int {
		if a.Span.File == nil || b.Span.File == nil {
			return 0
		}
		return bySpan(a.Span, b.Span)
	})
	for _, sym := range symbols {
		if text := s.symbol(sym, p); text != "" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n---\n\n")
}

func (s *Snapshot) symbol(sym *check.Symbol, p place) string {
	switch sym.Kind {
	case check.ColumnSymbol:
		return s.column(sym)
	case check.FunctionSymbol:
		return function(sym)
	case check.SettingSymbol:
		return s.pluginSetting(sym, p.span)
	case check.PluginSymbol:
		return s.plugin(sym)
	case check.SourceSymbol, check.ViewSymbol:
		return s.source(sym)
	case check.RuleSymbol:
		return s.rule(sym)
	case check.KeySymbol, check.ComparisonSymbol, check.AssertSymbol:
		return s.claim(sym)
	case check.ModuleSymbol:
		if sym.Span.Start == sym.Span.End { // on the path
			return "The file `" + filepath.Base(sym.Span.File.Name) + "`"
		}
	}
	return s.declaration(sym)
}

// declaration is a parameter, let, secret, action, template, side or module as it is declared.
func (s *Snapshot) declaration(sym *check.Symbol) string {
	path := s.pathTo(sym.Span)
	for i := len(path) - 1; i > 0; i-- {
		switch d := path[i].(type) {
		case *syntax.Side:
			return with(code("side "+oneLine(d.Span.Text())), s.rowsDoc(d.Ref))
		case *syntax.Join:
			return with(code("join "+d.Ref.String()+" as "+sym.Name), s.rowsDoc(d.Ref))
		case *syntax.ParamDef:
			if _, template := path[i-1].(*syntax.Template); template {
				return with(code("param "+oneLine(d.Span.Text())), "A parameter of the template.")
			}
		case *syntax.Param:
			more := "A run sets it with `--param " + sym.Name + "=…`."
			if d.ParamDef.Default == nil {
				more = "A run must set it: `--param " + sym.Name + "=…`."
			}
			return with(code(oneLine(d.Span.Text())), d.Doc, more)
		case *syntax.Let:
			return with(code("let "+sym.Name+": "+shown(sym.Type, inQuotes(sym.Unit.Name))+" = "+oneLine(d.Value.Text)), d.Doc)
		case *syntax.Secret:
			return with(code(oneLine(d.Span.Text())), d.Doc, "It is read when a run starts, and never printed.")
		case *syntax.Action:
			return with(code("action "+d.Name.Name+" from "+d.Plugin.Name), d.Doc)
		case *syntax.Template:
			var params []string
			for _, p := range d.Params {
				params = append(params, oneLine(p.Span.Text()))
			}
			return with(code("template "+d.Name.Name+"("+strings.Join(params, ", ")+")"), d.Doc)
		case *syntax.Import:
			return with(code(oneLine(d.Span.Text())), d.Doc)
		}
	}
	head := string(sym.Kind) + " " + sym.Name
	if t := shown(sym.Type, inQuotes(sym.Unit.Name)); t != "" {
		head += ": " + t
	}
	return with(code(head), sym.Doc)
}

// rowsDoc is the doc of the source or view that a reference names.
func (s *Snapshot) rowsDoc(ref *syntax.Ref) string {
	for _, p := range s.index().within(ref.Last().Span) {
		return p.symbols[0].Doc
	}
	return ""
}

// sourceAt is the checked source or view of a name's place, or nil.
func (s *Snapshot) sourceAt(at diag.Span) *program.Source {
	for _, src := range s.Unit.Program.Sources {
		if src.Span == at {
			return src
		}
	}
	return nil
}

func (s *Snapshot) column(sym *check.Symbol) string {
	unit := sym.Unit.Name
	if unit != "" {
		unit = strconv.Quote(unit)
	}
	head := "column " + sym.Name
	var from []string
	for _, src := range s.Unit.Program.Sources {
		for _, c := range src.Columns {
			if c.Span != sym.Span || c.Name != sym.Name {
				continue
			}
			if c.Unit.Column > 0 && c.Unit.Column <= len(src.Columns) {
				unit = src.Columns[c.Unit.Column-1].Name
			}
			from = append(from, columnFrom(src, c))
		}
	}
	if t := shown(sym.Type, unit); t != "" {
		head += ": " + t
	}
	return with(code(head), append([]string{sym.Doc}, slices.Compact(from)...)...)
}

// columnFrom says where the values of a column come from.
func columnFrom(src *program.Source, c program.Column) string {
	what := fmt.Sprintf("Of source `%s` (%s)", src.Name, src.Plugin)
	if src.View != nil {
		what = fmt.Sprintf("Of view `%s`", src.Name)
	}
	if src.Span == c.Span {
		what += ", as `recon.lock` has it"
	}
	if src.Time >= 0 && src.Time < len(src.Columns) && src.Columns[src.Time].Name == c.Name {
		what += "; its time"
	}
	if c.Type.Kind == schema.Timestamp && src.Zone != "" {
		what += ", in " + src.Zone + " where it names no zone"
	}
	switch {
	case c.Derived != nil && c.Derived.Span.File != nil:
		what += ", computed: `" + oneLine(c.Derived.Span.Text()) + "`"
	case c.Physical != "" && c.Physical != c.Name:
		what += fmt.Sprintf(", read from the column %q", c.Physical)
	}
	return what + "."
}

func function(sym *check.Symbol) string {
	if f := builtin.Find(sym.Name); f != nil && f.Doc == sym.Doc {
		return with(code(f.Signature()), f.Doc, "`"+f.Example+"`")
	}
	for _, f := range builtin.Specials {
		if f.Name == sym.Name && f.Doc == sym.Doc {
			return with(code(f.Signature), f.Doc, "`"+f.Example+"`")
		}
	}
	return with(code(sym.Name), sym.Doc)
}

func (s *Snapshot) plugin(sym *check.Symbol) string {
	var settings []schema.Setting
	if p, ok := s.Unit.Catalog.Sources[sym.Name]; ok && p.Doc == sym.Doc {
		settings = p.Settings
	} else if a, ok := s.Unit.Catalog.Actions[sym.Name]; ok {
		settings = a.Settings
	}
	var required []string
	for _, set := range settings {
		if set.Required {
			required = append(required, "`"+set.Name+"`")
		}
	}
	needs := ""
	if len(required) > 0 {
		needs = "It needs " + strings.Join(required, ", ") + "."
	}
	return with("**"+sym.Name+"**", sym.Doc, needs)
}

// pluginSetting is a setting of a plugin, or a field of an action, as its description has it.
func (s *Snapshot) pluginSetting(sym *check.Symbol, at diag.Span) string {
	var list []schema.Setting
	for _, node := range syntax.Path(s.File, at.Start) {
		switch d := node.(type) {
		case *syntax.Source:
			list = s.Unit.Catalog.Sources[d.Plugin.Name].Settings
		case *syntax.Action:
			list = s.Unit.Catalog.Actions[d.Plugin.Name].Settings
		case *syntax.Do:
			for _, a := range s.Unit.Program.Actions {
				if a.Name == d.Action.Last().Name {
					list = s.Unit.Catalog.Actions[a.Plugin].Fields
				}
			}
		}
	}
	set := schema.Setting{Name: sym.Name, Type: sym.Type, Doc: sym.Doc}
	if i := slices.IndexFunc(list, func(o schema.Setting) bool { return o.Name == sym.Name }); i >= 0 {
		set = list[i]
	}
	var facts []string
	if set.Required {
		facts = append(facts, "It must be given.")
	}
	if len(set.OneOf) > 0 {
		var quoted []string
		for _, v := range set.OneOf {
			quoted = append(quoted, "`"+strconv.Quote(v)+"`")
		}
		facts = append(facts, "One of "+strings.Join(quoted, ", ")+".")
	}
	if set.Default != "" {
		facts = append(facts, "Without it: "+set.Default+".")
	}
	if set.Example != "" {
		facts = append(facts, "For example `"+set.Name+" = "+set.Example+"`.")
	}
	return with(code(set.Name+": "+set.Type.String()), set.Doc, strings.Join(facts, " "))
}

func (s *Snapshot) source(sym *check.Symbol) string {
	src := s.sourceAt(sym.Span)
	if src == nil {
		return s.sourceTree(sym)
	}
	head := "source " + src.Name + " from " + src.Plugin
	var facts []string
	if src.View != nil {
		var from []string
		for _, p := range src.View.Parts {
			from = append(from, p.Source.Name)
		}
		head = "view " + src.Name + " from " + strings.Join(from, ", ")
		for _, j := range src.View.Joins {
			facts = append(facts, "joined with `"+j.Source.Name+"`")
		}
		if src.View.Group != nil {
			facts = append(facts, "summed up")
		}
	}
	for _, set := range src.Settings {
		if set.Value != nil && set.Value.Type.Kind == schema.Path && set.Value.Span.File != nil {
			facts = append(facts, "`"+oneLine(set.Value.Span.Text())+"`")
		}
	}
	if src.Where != nil && src.Where.Span.File != nil {
		facts = append(facts, "where `"+oneLine(src.Where.Span.Text())+"`")
	}
	if src.Time >= 0 && src.Time < len(src.Columns) {
		facts = append(facts, "time `"+src.Columns[src.Time].Name+"`")
	}
	if src.Zone != "" {
		facts = append(facts, "zone "+src.Zone)
	}
	return with(code(head), src.Doc, strings.Join(facts, " · "), columnList(src))
}

// sourceTree is a source that could not be checked, or lies in another file that has not been.
func (s *Snapshot) sourceTree(sym *check.Symbol) string {
	for _, node := range s.pathTo(sym.Span) {
		switch d := node.(type) {
		case *syntax.Source:
			return with(code("source "+d.Name.Name+" from "+d.Plugin.Name), d.Doc)
		case *syntax.View:
			return with(code("view "+d.Name.Name), d.Doc)
		}
	}
	return with(code(string(sym.Kind)+" "+sym.Name), sym.Doc)
}

// columnList are the first columns of a source.
func columnList(src *program.Source) string {
	const most = 12
	var names []string
	for i, c := range src.Columns {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(src.Columns)-most))
			break
		}
		names = append(names, "`"+c.Name+"`")
	}
	if len(names) == 0 {
		return ""
	}
	return "Columns: " + strings.Join(names, ", ")
}
