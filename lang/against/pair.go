package against

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// pair is a rule now and what it was before.
type pair struct {
	*comparer
	old, now *program.Rule
	sides    []int // by side now: the side before, or -1
	faults   int   // reported of this rule
}

func (p *pair) fault(code diag.Code, severity diag.Severity, at diag.Span, message, hint string, before diag.Span, what string) {
	p.faults++
	if before.File == nil {
		before, what = p.old.Span, "rule "+p.old.Name+" before"
	}
	for i := range p.found { // a source or a parameter of several rules
		if d := &p.found[i]; d.Code == code && d.Span == at && d.Message == message {
			if p.now.Span != d.Related[len(d.Related)-1].Span {
				d.Related = append(d.Related, diag.Related{Span: p.now.Span, Message: "so in rule " + p.now.Name})
			}
			return
		}
	}
	p.report(code, severity, at, message, hint, before, what)
}

// was shows a place of before by its text, on one line.
func was(at diag.Span) string { return "before: " + strings.Join(strings.Fields(at.Text()), " ") }

const keepBoth = "keep this rule as it is until nothing is open, and write a new one with another name beside it"

func (p *pair) compare() {
	p.matchSides()
	p.params()
	switch {
	case p.old.Totals != p.now.Totals:
		is, before := "rows", "totals"
		if p.now.Totals {
			is, before = before, is
		}
		p.fault(diag.TotalsChanged, diag.Error, p.now.Span, fmt.Sprintf("the rule pairs %s and paired %s before: what is open is of other keys, and is reported as gone", is, before), keepBoth, diag.Span{}, "")
	case len(p.old.Sides) != len(p.now.Sides) && min(len(p.old.Sides), len(p.now.Sides)) == 1:
		p.sidesChanged()
	default:
		p.sidesChanged()
		p.key()
	}
	if p.window(); p.faults == 0 {
		p.cuts()
	}
	if p.faults == 0 {
		p.columns()
	}
	p.duplicates()
	if p.faults == 0 {
		p.waits()
	}
}

// matchSides finds what each side was before: by its name, or, where it has a new one, by its place among those that have.
func (p *pair) matchSides() {
	p.sides = make([]int, len(p.now.Sides))
	taken := map[int]bool{}
	for i, s := range p.now.Sides {
		p.sides[i] = slices.IndexFunc(p.old.Sides, func(o program.Side) bool { return o.Name == s.Name })
		taken[p.sides[i]] = true
	}
	next := 0
	for i := range p.sides {
		for next < len(p.old.Sides) && taken[next] {
			next++
		}
		if p.sides[i] < 0 && next < len(p.old.Sides) {
			p.sides[i] = next
			next++
		}
	}
}

// sidesChanged reports sides that are new, gone or in another order: rows are known by the number of their side.
func (p *pair) sidesChanged() {
	names := func(r *program.Rule) string {
		return strings.Join(texts(r.Sides, func(s program.Side) string { return s.Name }), ", ")
	}
	message := "the sides stand in another order than before"
	same := slices.IsSorted(p.sides)
	if len(p.old.Sides) != len(p.now.Sides) {
		message, same = "the rule has other sides than before", false
	}
	if same {
		return
	}
	at := p.now.Sides[0].Span
	for i, s := range p.now.Sides {
		if p.sides[i] != i {
			at = s.Span
			break
		}
	}
	p.fault(diag.SidesChanged, diag.Warning, at, message+": what is open in the windows that are run again is reported as changed, and what was accepted is open again", "add sides at the end; "+keepBoth,
		p.old.Span, "before: "+names(p.old))
}

// key reports other parts of the key: a break is known by its key.
func (p *pair) key() {
	if p.sameKey() {
		return
	}
	what := "the key is another one than before"
	if len(p.now.Keys) != len(p.old.Keys) {
		what = fmt.Sprintf("the key has %d parts and had %d before", len(p.now.Keys), len(p.old.Keys))
	}
	at, before := p.now.Span, p.old.Span
	for i := range p.now.Keys {
		at = p.now.Keys[i].Span
		if i >= len(p.old.Keys) || !p.samePart(i) {
			break
		}
	}
	for i := range p.old.Keys {
		before = p.old.Keys[i].Span
		if i >= len(p.now.Keys) || !p.samePart(i) {
			break
		}
	}
	p.fault(diag.KeyChanged, diag.Error, at, what+": open breaks are reported as gone and again as new, what was accepted is open again, and what waits for a partner meets it no more",
		keepBoth, before, was(before))
}

func (p *pair) sameKey() bool {
	if len(p.now.Keys) != len(p.old.Keys) {
		return false
	}
	for i := range p.now.Keys {
		if !p.samePart(i) {
			return false
		}
	}
	return true
}

func (p *pair) samePart(i int) bool {
	old, now := &p.old.Keys[i], &p.now.Keys[i]
	if keyText(old.Type) != keyText(now.Type) {
		return false
	}
	for side, from := range p.sides {
		if from >= 0 && !same(old.Terms[from], p.old.Sides, now.Terms[side], p.now.Sides) {
			return false
		}
	}
	return true
}

// window reports windows that would overlap those that are settled: runs of them are refused.
func (p *pair) window() {
	old, now := p.old.Window, p.now.Window
	refuse := func(at diag.Span, message string, before diag.Span) {
		p.fault(diag.WindowChanged, diag.Error, at, message+": its windows overlap those that are settled, and runs are refused", "give the rule another name, or let it have a state folder of its own", before, was(before))
	}
	switch {
	case old == nil && now == nil:
	case old == nil:
		refuse(now.Span, "the rule has a window and had none before", p.old.Span)
	case now == nil:
		refuse(p.now.Span, "the rule has no window any more", old.Period.Span)
	case old.Period.Name != now.Period.Name:
		refuse(now.Period.Span, fmt.Sprintf("a window is a %s and was a %s before", now.Period.Name, old.Period.Name), old.Period.Span)
	case zoneOf(p.old) != zoneOf(p.now):
		refuse(now.Period.Span, fmt.Sprintf("a window begins in the time zone %s and began in %s before", zoneOf(p.now), zoneOf(p.old)), old.Period.Span)
	}
}

// zoneOf is the time zone in which a rule's windows begin and end.
func zoneOf(r *program.Rule) string { return cmp.Or(r.Window.Zone, r.Zone, "UTC") }

// params reports other parameters: a ledger is one rule under one value of each.
func (p *pair) params() {
	const another = ": there is a ledger for each of its values, so none of those that were kept goes on"
	for _, now := range p.now.Params {
		old := param(p.old, now.Name)
		switch {
		case inLedger(now) && old == nil:
			p.fault(diag.LedgerParams, diag.Error, now.Span, fmt.Sprintf("rule %s uses parameter %s, and did not before", p.now.Name, now.Name)+another, keepBoth, diag.Span{}, "")
		case old != nil && inLedger(old) != inLedger(now):
			p.fault(diag.LedgerParams, diag.Error, now.Span, fmt.Sprintf("parameter %s of rule %s is %s and was %s before", now.Name, p.now.Name, now.Type, old.Type)+another, keepBoth, old.Span, was(old.Span))
		case old != nil && inLedger(now):
			p.defaults(old, now)
		}
	}
	for _, old := range p.old.Params {
		if inLedger(old) && param(p.now, old.Name) == nil {
			p.fault(diag.LedgerParams, diag.Error, p.now.Span, fmt.Sprintf("rule %s does not use parameter %s any more", p.now.Name, old.Name)+another, keepBoth, old.Span, was(old.Span))
		}
	}
}

// defaults reports a parameter whose value is another one where it is not given.
func (p *pair) defaults(old, now *program.Param) {
	if old.Default == nil || now.Default == nil || same(old.Default, nil, now.Default, nil) {
		return
	}
	p.fault(diag.LedgerDefault, diag.Warning, now.Span, fmt.Sprintf("parameter %s has another default than before: where it is not given, a run goes on with the ledger of that value, and the other one stays as it is", now.Name),
		"give the old value by --param to run what is open there", old.Default.Span, was(old.Default.Span))
}

// inLedger reports whether values of a parameter have ledgers of their own: dates and instants say when, the others what.
func inLedger(p *program.Param) bool {
	return p.Type.Kind != schema.Date && p.Type.Kind != schema.Timestamp
}

func param(r *program.Rule, name string) *program.Param {
	for _, p := range r.Params {
		if p.Name == name {
			return p
		}
	}
	return nil
}
