package feature

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/recon-lang/recon/lang/diag"
)

// ItemKind says what an item is, for the sign that an editor shows beside it.
type ItemKind uint8

// The kinds of items.
const (
	KeywordItem ItemKind = iota
	AttributeItem
	SettingItem
	SourceItem
	ActionItem
	RuleItem
	TemplateItem
	ModuleItem
	SideItem
	ColumnItem
	ConstantItem
	FunctionItem
	PluginItem
	TypeItem
	UnitItem
	ValueItem
	MetricItem
	FileItem
	FormItem // a whole declaration or table
)

// Item is something that may stand where the cursor is.
type Item struct {
	Kind    ItemKind
	Label   string
	Detail  string    // type, or what else fits on a line
	Doc     string    // Markdown
	Span    diag.Span // what Insert takes the place of; on one line, and the cursor stands in it
	Insert  string
	Snippet bool   // Insert has places to fill in, written as the protocol has it
	Filter  string // what is typed to find it
}

// CompleteOptions is what completion needs to know beyond the snapshot.
type CompleteOptions struct {
	Snippets  bool      // the client can fill in places
	NoChoices bool      // but not choose between texts in one
	Now       time.Time // for dates to begin with
	Files     []string  // the rule files of the workspace, for imports
	Space     bool      // asked because a blank was typed: only where something must follow, or a word has begun
}

// Complete gives what may stand at an offset, the likeliest first.
func Complete(s *Snapshot, offset int, opt CompleteOptions) []Item {
	c, ok := cursorAt(s, offset)
	if !ok {
		return nil
	}
	l := &list{cursor: c, opt: opt, seen: map[string]bool{}}
	l.all()
	return l.sorted()
}

// list gathers items.
type list struct {
	*cursor
	opt   CompleteOptions
	items []ranked
	seen  map[string]bool
	keep  bool // typed is no filter
}

type ranked struct {
	Item
	class, tier, order int
}

// add takes an item; of two with one label the first stays. Tiers put the likelier first, below how well the item fits what is typed.
func (l *list) add(tier int, it Item) {
	if it.Insert == "" {
		it.Insert = it.Label
	}
	if it.Snippet && l.opt.NoChoices {
		it.Insert = unchosen(it.Insert)
	}
	if it.Snippet && !l.opt.Snippets {
		it.Insert, it.Snippet = begun(it.Insert, it.Label), false
	}
	if l.quote != 0 && !l.unquote(&it) {
		return
	}
	if it.Filter == "" {
		it.Filter = it.Label
	}
	class := 0
	if !l.keep {
		class = fit(it.Filter, l.typed)
		if _, column, dotted := strings.Cut(it.Filter, "."); dotted && it.Kind == ColumnItem && class > 0 && fit(column, l.typed) == 0 {
			class = 0 // a column is thought of by its own name
		}
	}
	if class < 0 || l.seen[it.Label] {
		return
	}
	l.seen[it.Label] = true
	if it.Span.File == nil {
		it.Span = l.word
	}
	l.items = append(l.items, ranked{it, class, tier, len(l.items)})
}

// unquote makes an item that is a text one for the inside of quotes; it reports whether it is one.
func (l *list) unquote(it *Item) bool {
	if it.Span.File != nil {
		return true
	}
	n := len(it.Insert)
	if n < 2 || it.Snippet || it.Insert[0] != '"' || it.Insert[n-1] != '"' {
		return false
	}
	it.Insert = it.Insert[1 : n-1]
	it.Label, it.Filter = strings.Trim(it.Label, `"`), it.Insert
	if l.word.End == l.offset && (l.offset >= len(l.Text()) || l.Text()[l.offset] != l.quote) {
		it.Insert += string(l.quote)
	}
	return true
}

func (l *list) sorted() []Item {
	slices.SortStableFunc(l.items, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.tier, b.tier), cmp.Compare(a.order, b.order))
	})
	out := make([]Item, 0, len(l.items))
	for _, r := range l.items {
		if r.class == scattered && l.items[0].class < scattered {
			break // noise, as long as something has what is typed in one piece
		}
		out = append(out, r.Item)
	}
	return out
}

// scattered is the fit of a name that has the letters typed in order, with others between them.
const scattered = 2

// fit says how well a name fits what is typed: 0 begins with it, 1 has a part that does, 2 has its letters in order; -1 not at all.
func fit(name, typed string) int {
	name, typed = strings.ToLower(strings.TrimLeft(name, `"`)), strings.ToLower(strings.TrimLeft(typed, `"`))
	if strings.HasPrefix(name, typed) {
		return 0
	}
	part := true
	for i, r := range name {
		if part && strings.HasPrefix(name[i:], typed) {
			return 1
		}
		part = !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	for _, want := range typed {
		i := strings.IndexRune(name, want)
		if i < 0 {
			return -1
		}
		name = name[i+utf8.RuneLen(want):]
	}
	return scattered
}

// all adds everything that may stand here.
func (l *list) all() {
	f := l.top()
	switch {
	case f.bracket == '"':
		return
	case l.row > 0:
		l.cell()
		return
	case l.opt.Space && l.typed == "" && l.quote == 0 && !l.expects(): // where a letter followed the blank at once, that counts
		return
	}
	b := l.block()
	if b == f && len(f.toks) == 0 && l.quote == 0 {
		l.beginning(f)
		return
	}
	l.statement(b, b.toks)
}

// expects reports whether something must follow after a blank: no statement ends here, and none begins.
func (l *list) expects() bool {
	f := l.top()
	if f.block && len(f.toks) == 0 {
		return false
	}
	if len(f.toks) == 0 {
		return true
	}
	last := f.toks[len(f.toks)-1]
	if !l.endsOperand(last) {
		return true
	}
	if !f.block {
		return false
	}
	if len(f.toks) == 1 {
		return true
	}
	switch l.textOf(last) {
	case "from", "between", "over", "for", "on", "when", "into", "within", "ignoring", "where", "as", "to", "at", "unit", "after":
		return true
	}
	return f.kind == 0 || l.textOf(f.toks[0]) == "on" || l.textOf(f.toks[0]) == "expect" || len(f.toks) == 2 && l.textOf(f.toks[0]) == "rule"
}
