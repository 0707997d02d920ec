package check

import (
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Session checks files again after each change, and of their declarations only those that the change can concern: those that
// are new, those that mention a name that a new or a removed one declares, directly or by others, and, for their sake, those that
// these mention. What was found in the others is kept. It is not for concurrent use.
type Session struct {
	known  map[syntax.Decl]*mention
	bodies map[syntax.Decl]diag.List // what was found in a declaration when it was checked last

	copied, nodes int // what lets and templates brought along since all was checked, each declaration as often as it was checked
}

// mention is what a declaration has to do with others.
type mention struct {
	name  string          // that it declares; of a test the rule's, since titles of its tests must differ
	words map[string]bool // all words of its text
	bad   bool
}

// Check finds in files what Files finds, sorted. The trees come from syntax.Document, so that declarations that have not changed are
// the same nodes; moved says where a place that was reported by the check before stands now, and is false for one in text that has
// changed. Whole says that nothing that was found before is of use: the catalog or the imports are others.
func (s *Session) Check(files []*syntax.File, imports map[*syntax.Import]*syntax.File, cat schema.Catalog, whole bool, moved func(diag.Span) (diag.Span, bool)) diag.List {
	now := map[syntax.Decl]*mention{}
	var order []syntax.Decl
	for _, f := range files {
		for _, d := range f.Decls {
			m := s.known[d]
			if m == nil {
				m = mentionOf(d)
			}
			now[d] = m
			order = append(order, d)
		}
	}
	wanted := s.wanted(now, whole || s.known == nil, moved)
	part := &slice{wanted: wanted, bodies: map[syntax.Decl]diag.List{}}
	list := part.check(files, imports, cat)
	for _, d := range order {
		if !wanted[d] {
			part.bodies[d] = s.bodies[d] // with the places of now
		}
		list = append(list, part.bodies[d]...)
	}
	s.known, s.bodies = now, part.bodies
	list = once(list)
	if part.stopped || len(list) > maxFaults || s.bounded(part, len(wanted) == len(now)) {
		_, _, list = Files(files, imports, cat)
		s.known, s.bodies = nil, nil
	}
	list.Sort()
	return list
}

// bounded reports whether the declarations that were checked now and the others may together be more than a check may take. Then
// what is found depends on all of them.
func (s *Session) bounded(part *slice, all bool) bool {
	if all {
		s.copied, s.nodes = 0, 0
	}
	s.copied += part.copied
	s.nodes += part.nodes
	return s.copied > maxAllCopied || s.nodes > maxAllNodes
}

// wanted are the declarations to be checked; what was found in the others gets the places of now.
func (s *Session) wanted(now map[syntax.Decl]*mention, whole bool, moved func(diag.Span) (diag.Span, bool)) map[syntax.Decl]bool {
	all := func() map[syntax.Decl]bool {
		wanted := map[syntax.Decl]bool{}
		for d := range now {
			wanted[d] = true
		}
		return wanted
	}
	if whole {
		return all()
	}
	var names []string
	affected := map[syntax.Decl]bool{}
	add := func(d syntax.Decl, m *mention) {
		if !affected[d] {
			affected[d] = true
			if m.name != "" {
				names = append(names, m.name)
			}
		}
	}
	for d, m := range now {
		if m.bad {
			return all() // what could not be read may be what is missed elsewhere
		}
		if s.known[d] == nil {
			if _, is := d.(*syntax.Import); is {
				return all()
			}
			add(d, m)
			continue
		}
		if kept, ok := shifted(s.bodies[d], moved); ok {
			s.bodies[d] = kept
		} else {
			add(d, m)
		}
	}
	for d, m := range s.known {
		if now[d] != nil {
			continue
		}
		if _, is := d.(*syntax.Import); is || m.bad {
			return all()
		}
		names = append(names, m.name)
	}
	done := map[string]bool{}
	for i := 0; i < len(names); i++ { // which grows meanwhile
		if name := names[i]; name != "" && !done[name] {
			done[name] = true
			for d, m := range now {
				if m.words[name] {
					add(d, m)
				}
			}
		}
	}
	return needed(affected, now)
}

// needed adds to declarations those that they mention, directly or by others.
func needed(affected map[syntax.Decl]bool, now map[syntax.Decl]*mention) map[syntax.Decl]bool {
	declared := map[string][]syntax.Decl{}
	for d, m := range now {
		if _, test := d.(*syntax.Test); m.name != "" && !test {
			declared[m.name] = append(declared[m.name], d)
		}
	}
	wanted := maps.Clone(affected)
	todo := slices.Collect(maps.Keys(affected))
	for len(todo) > 0 {
		d := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for word := range now[d].words {
			for _, other := range declared[word] {
				if !wanted[other] {
					wanted[other] = true
					todo = append(todo, other)
				}
			}
		}
	}
	return wanted
}

// shifted is findings with the places of now.
func shifted(list diag.List, moved func(diag.Span) (diag.Span, bool)) (diag.List, bool) {
	if len(list) == 0 {
		return nil, true
	}
	fits := true
	out := list.Map(func(at diag.Span) diag.Span {
		to, ok := moved(at)
		fits = fits && ok
		return to
	})
	return out, fits
}

func mentionOf(d syntax.Decl) *mention {
	m := &mention{words: map[string]bool{}}
	text := d.At().Text()
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r != '_' && !unicode.IsLetter(r) {
			text = text[size:]
			continue
		}
		end := size
		for end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				break
			}
			end += size
		}
		m.words[text[:end]] = true
		text = text[end:]
	}
	switch d := d.(type) {
	case *syntax.Param:
		m.name = d.ParamDef.Name.Name
	case *syntax.Let:
		m.name = d.Name.Name
	case *syntax.Secret:
		m.name = d.Name.Name
	case *syntax.Source:
		m.name = d.Name.Name
	case *syntax.View:
		m.name = d.Name.Name
	case *syntax.Action:
		m.name = d.Name.Name
	case *syntax.Rule:
		m.name = d.Name.Name
	case *syntax.Template:
		m.name = d.Name.Name
	case *syntax.Test:
		m.name = d.Rule.Last().Name
	case *syntax.BadDecl:
		m.bad = true
	}
	return m
}

// Around checks, of the files of the last Check, only a declaration and what it mentions, and gives what is learnt of these: for whoever
// asks about one place and cannot wait for the whole. The names of all declarations are known.
func (s *Session) Around(d syntax.Decl, files []*syntax.File, imports map[*syntax.Import]*syntax.File, cat schema.Catalog) (*program.Program, *Info) {
	wanted := map[syntax.Decl]bool{}
	if s.known[d] != nil {
		wanted = needed(map[syntax.Decl]bool{d: true}, s.known)
	}
	c := newChecker(cat)
	c.slice = &slice{wanted: wanted, bodies: map[syntax.Decl]diag.List{}}
	c.files(files, imports)
	return c.prog, c.info
}

// slice is a check of some declarations only. The names of all are known.
type slice struct {
	wanted map[syntax.Decl]bool
	bodies map[syntax.Decl]diag.List

	stopped       bool // at too many faults
	copied, nodes int  // see checker
}

// check gives what is found outside of the bodies of declarations; the rest is in bodies.
func (s *slice) check(files []*syntax.File, imports map[*syntax.Import]*syntax.File, cat schema.Catalog) diag.List {
	c := newChecker(cat)
	c.slice = s
	c.files(files, imports)
	s.stopped, s.copied, s.nodes = c.stopped, c.allCopied, c.allNodes
	return c.list
}

// body checks the body of declaration i of m.
func (m *module) body(i int, check func()) {
	s := m.slice
	if s == nil {
		check()
		return
	}
	d := m.parsed.Decls[i]
	if !s.wanted[d] {
		return
	}
	before := m.list
	m.list = nil
	check()
	s.bodies[d], m.list = append(s.bodies[d], m.list...), before
}
