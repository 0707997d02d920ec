package ruletest

import (
	"slices"
	"strings"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
)

// found is what runs did, key by key.
type found struct {
	rule   *program.Rule
	events []*engine.Event
}

// watch takes an event of a run.
func (f *found) watch(e *engine.Event) error {
	f.events = append(f.events, e)
	return nil
}

// finding is a key, or a row without one, with an outcome. names are the sides, comparisons or assertions that it concerns;
// none of an outcome that has no names.
type finding struct {
	outcome string
	names   []string
	keys    int64
	event   *engine.Event
}

// findings are what the events are by the words of expect, in a fixed order.
func (f *found) findings() (list []finding) {
	for _, e := range f.events {
		x := finding{keys: 1, event: e}
		switch e.Kind {
		case engine.Met:
			x.outcome, x.keys = e.Outcome.String(), e.Keys
			x.names = f.names(e)
		case engine.Cleared:
			x.outcome = "cleared"
		case engine.Expired:
			x.outcome = "expired"
			x.names = itemNames(e, result.Missing)
		default:
			continue
		}
		list = append(list, x)
	}
	slices.SortStableFunc(list, func(a, b finding) int {
		return strings.Compare(sortKey(a.event), sortKey(b.event))
	})
	return list
}

// names are what an outcome of a key concerns: of what is pending the sides that have rows.
func (f *found) names(e *engine.Event) (names []string) {
	switch e.Outcome {
	case result.Matched:
		return nil
	case result.Pending, result.Unkeyed:
		for _, r := range e.Break.Rows {
			if !slices.Contains(names, r.Side) {
				names = append(names, r.Side)
			}
		}
		return names
	}
	return itemNames(e, e.Outcome)
}

// itemNames are the names of the items with an outcome: a mismatch that a missing key carries besides is not what became of it.
func itemNames(e *engine.Event, o result.Outcome) (names []string) {
	for _, item := range e.Break.Items {
		if item.Outcome == o && !slices.Contains(names, item.Name) {
			names = append(names, item.Name)
		}
	}
	return names
}

// sortKey orders events by key, and rows without one by side and values.
func sortKey(e *engine.Event) string {
	var b strings.Builder
	for _, k := range e.Break.Key {
		b.WriteString(identity(k.Value))
		b.WriteByte(0)
	}
	for _, r := range e.Break.Rows {
		b.WriteString(r.Side)
		for _, v := range r.Values {
			b.WriteByte(1)
			b.WriteString(identity(v.Value))
		}
	}
	return b.String()
}
