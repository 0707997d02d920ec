// Package check gives the trees of rule files their meaning: it resolves every name, types every
// expression with its units, and lowers what can be run to lang/program. What is wrong it reports
// in the words of the language, once for each fault. It learns what plugins accept, and what
// shapes data sets have, from a schema.Catalog, and starts and reads nothing itself. Its API may
// change on any day.
//
// Expressions are parsed by expr-lang (see bridge.go), typed and lowered here.
package check

import (
	"slices"
	"time"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Needs lists the plugins that the files name, in the order of the alphabet.
func Needs(files []*syntax.File) []string {
	var names []string
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *syntax.Source:
				names = append(names, d.Plugin.Name)
			case *syntax.Action:
				names = append(names, d.Plugin.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Files checks the files together: each is a module of its own, and the names of rules are unique
// among all of them. Imports says which of the files an import names; one that is not there could not be
// read, as somebody has said. The program holds what could be lowered and is to be run only if the
// list has no errors. The list says nothing that syntax.Parse has said.
func Files(files []*syntax.File, imports map[*syntax.Import]*syntax.File, cat schema.Catalog) (*program.Program, *Info, diag.List) {
	c := newChecker(cat)
	c.files(files, imports)
	return c.prog, c.info, once(c.list)
}

func newChecker(cat schema.Catalog) *checker {
	return &checker{
		cat: cat, prog: &program.Program{}, ruleSpans: map[string]diag.Span{}, zones: map[string]*time.Location{},
		origins: map[syntax.Node]*origin{}, sites: map[syntax.Decl][]site{}, types: map[*syntax.Type]schema.Type{}, seen: map[fault]bool{},
		info: &Info{Defs: map[diag.Span]*Symbol{}, Uses: map[diag.Span]*Symbol{}, Types: map[diag.Span]Typed{}, More: map[diag.Span][]*Symbol{}, InTests: map[diag.Span]*Symbol{}, Columns: map[*Symbol][]*Symbol{}},
	}
}

// tooMany is what ends a check that has found more faults than anybody would read.
type tooMany struct{}

// files checks the files together, or stops at too many faults.
func (c *checker) files(files []*syntax.File, imports map[*syntax.Import]*syntax.File) {
	defer func() {
		r := recover()
		if r != nil && r != (tooMany{}) {
			panic(r)
		}
		c.stopped = r != nil
	}()
	modules := make([]*module, len(files))
	byFile := map[*syntax.File]*module{}
	for i, f := range files {
		modules[i] = c.open(f)
		byFile[f] = modules[i]
	}
	for _, m := range modules {
		m.link(imports, byFile)
	}
	order := inOrder(modules)
	for _, m := range order {
		m.expand()
		m.declare()
		m.claimRules()
	}
	for _, m := range order {
		for _, name := range names(m.templates) {
			m.rehearse(m.templates[name])
		}
	}
	for _, m := range order {
		m.check()
	}
	c.moved(modules)
}

// maxFaults is how many faults are reported, those of parsing not counted.
const maxFaults = 200

// checker is the state of one call of Files.
type checker struct {
	cat     schema.Catalog
	prog    *program.Program
	info    *Info
	list    diag.List
	seen    map[fault]bool // those in list
	stopped bool           // at too many faults
	slice   *slice         // nil: all is checked

	origins   map[syntax.Node]*origin // of expressions and references that came with a template
	sites     map[syntax.Decl][]site  // of declarations that use templates
	inside    []site                  // of the declaration that is being checked
	types     map[*syntax.Type]schema.Type
	allCopied int                       // statements that templates brought into declarations
	allNodes  int                       // parts of expressions that lets brought into others
	ruleSpans map[string]diag.Span      // the names of all rules, which are unique among all files
	zones     map[string]*time.Location // those loaded so far; nil: there is none of that name
}

// location is the time zone of an IANA name, or nil.
func (c *checker) location(name string) *time.Location {
	loc, known := c.zones[name]
	if !known && name != "" && name != "Local" {
		loc, _ = time.LoadLocation(name)
		c.zones[name] = loc
	}
	return loc
}

func (c *checker) report(code diag.Code, at diag.Span, message, hint string) {
	c.add(diag.Diagnostic{Code: code, Span: at, Message: message, Hint: hint})
}

// add reports. What is wrong in a template is told with the place of its use.
func (c *checker) add(d diag.Diagnostic) {
	for _, s := range c.inside {
		if t := s.template; d.Span.File == t.File && t.Start <= d.Span.Start && d.Span.End <= t.End {
			d.Related = append(slices.Clip(d.Related), diag.Related{Span: s.use, Message: "used here"})
			break
		}
	}
	f := faultOf(d)
	if !c.seen[f] && len(c.seen) == maxFaults {
		c.list = append(c.list, diag.Diagnostic{Code: diag.TooManyFaults, Span: d.Span, Message: "more than 200 faults; the rest of them is not shown"})
		panic(tooMany{})
	}
	c.seen[f] = true
	c.list = append(c.list, d)
}

// fault tells a fault from another.
type fault struct {
	code    diag.Code
	span    diag.Span
	message string
}

func faultOf(d diag.Diagnostic) fault { return fault{d.Code, d.Span, d.Message} }

// once leaves of faults that are told several times, because their template is used several times, the first, with the
// places of all uses.
func once(list diag.List) diag.List {
	seen := map[fault]int{}
	var left diag.List
	for _, d := range list {
		f := faultOf(d)
		i, again := seen[f]
		if !again {
			seen[f] = len(left)
			left = append(left, d)
			continue
		}
		for _, r := range d.Related {
			if !slices.Contains(left[i].Related, r) {
				left[i].Related = append(left[i].Related, r)
			}
		}
	}
	return left
}

// faults is the number of faults found so far: a caller that sees it grow knows that what it
// called has spoken.
func (c *checker) faults() int { return len(c.list) }
