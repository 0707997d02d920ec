package plan

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// choose picks the strategy.
func (p *Plan) choose(o Options) error {
	if p.Rule.OneSided() {
		p.Strategy, p.Why = Hash, "unique must see all rows"
		if len(p.Rule.Unique) == 0 {
			p.Strategy, p.Why = Scan, "each row is checked by itself"
		}
		if o.Strategy != "" && o.Strategy != p.Strategy {
			return fmt.Errorf("rule %s is over one side and runs as %s; it cannot run as %s", p.Rule.Name, p.Strategy, o.Strategy)
		}
		return nil
	}
	why := p.tryMerge(o)
	p.NoSums = p.tryChecksum(o)
	var err error
	if p.NoPush, err = p.tryPushDown(o); err != nil {
		return err
	}
	switch o.Strategy {
	case "":
		if why == "" {
			p.Strategy, p.Why = Merge, "all sides come ordered by the key"
			break
		}
		p.Strategy, p.Why = Hash, why
		if p.NoPush == "" {
			var yes bool
			if yes, p.Why = o.Past.compares(o.Claims[0].Costly); yes {
				p.Strategy = PushDown
				break
			}
		}
		if p.NoSums == "" {
			var yes bool
			if yes, p.Cost = o.Past.cheaper(); yes {
				p.Strategy, p.Why = Checksum, p.Cost
			}
		}
	case Hash:
		p.Strategy, p.Why = Hash, "it was asked for"
	case Merge:
		if why != "" {
			return fmt.Errorf("rule %s cannot run as merge: %s", p.Rule.Name, why)
		}
		p.Strategy, p.Why = Merge, "it was asked for"
	case Checksum:
		if p.NoSums != "" {
			return fmt.Errorf("rule %s cannot run as checksum: %s", p.Rule.Name, p.NoSums)
		}
		p.Strategy, p.Why, p.Forced = Checksum, "it was asked for", true
	case PushDown:
		if p.NoPush != "" {
			return fmt.Errorf("rule %s cannot run as push-down: %s", p.Rule.Name, p.NoPush)
		}
		p.Strategy, p.Why, p.Forced = PushDown, "it was asked for", true
	default:
		return fmt.Errorf("there is no strategy %q; there are hash, merge, checksum and push-down", o.Strategy)
	}
	if p.Strategy != Merge {
		p.Order = nil
		for i := range p.Sides {
			p.Sides[i].Request.Order, p.Sides[i].Ordered = nil, false
		}
	}
	return nil
}

// tryMerge asks the sides for their order, or says why they cannot be merged. A source that can order its rows is only
// asked to if the rule's author has said of another side that it is sorted: sorting a large table costs the
// database more than it saves here. Asking for merge asks all.
func (p *Plan) tryMerge(o Options) (why string) {
	orders, why := mergeOrder(p.Rule)
	if orders == nil {
		return why
	}
	declared := 0
	for i, side := range p.Rule.Sides {
		sorted := len(side.Source.Sorted) > 0
		claimed := i < len(o.Claims) && o.Claims[i].Ordered && orders[i] != nil
		if sorted {
			declared++
		}
		if !sorted && !claimed {
			return fmt.Sprintf("%s does not come ordered by the key", side.Name)
		}
		if claimed {
			p.Sides[i].Request.Order, p.Sides[i].Ordered = orders[i], true
		}
	}
	if declared == 0 && o.Strategy != Merge {
		return "no source declares that it is sorted"
	}
	p.Order = keyOrder(p.Rule)
	return ""
}

// mergeOrder is the physical columns by which each side would be ordered, or why the rule cannot be merged.
// A side without a source that can order by physical columns has nil.
func mergeOrder(r *program.Rule) (orders [][]string, why string) {
	if r.OneSided() {
		return nil, "it has one side"
	}
	for _, k := range r.Keys {
		for s, term := range k.Terms {
			if term.Op != program.OpColumn {
				return nil, fmt.Sprintf("key %s is computed", k.Name)
			}
			if !keepsOrder(r.Sides[s].Source.Columns[term.Index].Type, k.Type) {
				return nil, fmt.Sprintf("key %s is ordered by another type in %s", k.Name, r.Sides[s].Name)
			}
		}
	}
	parts := keyOrder(r)
	if parts == nil {
		return nil, "the sides are sorted by different columns"
	}
	for s, side := range r.Sides {
		var order []string
		for _, part := range parts {
			c := side.Source.Columns[r.Keys[part].Terms[s].Index]
			if c.Derived != nil {
				order = nil
				break
			}
			order = append(order, c.Physical)
		}
		orders = append(orders, order)
	}
	return orders, ""
}

// keyOrder is the parts of the key in the order in which all sides that declare it are sorted; the key's own
// order if none does; nil if they contradict each other or are sorted by something else.
func keyOrder(r *program.Rule) []int {
	var order []int
	for s, side := range r.Sides {
		sorted := side.Source.Sorted
		if len(sorted) == 0 {
			continue
		}
		var mine []int
		for _, column := range sorted[:min(len(sorted), len(r.Keys))] {
			part := slices.IndexFunc(r.Keys, func(k program.Key) bool { return k.Terms[s].Index == column })
			if part < 0 || slices.Contains(mine, part) {
				return nil
			}
			mine = append(mine, part)
		}
		if len(mine) < len(r.Keys) || order != nil && !slices.Equal(order, mine) {
			return nil
		}
		order = mine
	}
	if order == nil {
		for i := range r.Keys {
			order = append(order, i)
		}
	}
	return order
}

// keepsOrder reports whether values of a column's type have the same order in the key's type.
func keepsOrder(column, key schema.Type) bool {
	number := func(t schema.Type) bool { return t.Kind == schema.Integer || t.Kind == schema.Decimal }
	text := func(t schema.Type) bool { return t.Kind == schema.String || t.Kind == schema.Enum }
	return column.Kind == key.Kind || number(column) && number(key) || text(column) && text(key)
}
