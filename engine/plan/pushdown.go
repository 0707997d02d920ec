package plan

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// samplePairs is about how many pairs that a database holds for matched are judged again here.
const samplePairs = 1000

// tryPushDown works out what a database that holds both sides would be asked, or says why it cannot be. It is asked for no more than to leave out pairs that
// certainly match: what a bound or a condition of the rule means that it cannot be told comes here.
func (p *Plan) tryPushDown(o Options) (why string, err error) {
	if len(p.Rule.Sides) != 2 {
		return fmt.Sprintf("it has %d sides", len(p.Rule.Sides)), nil
	}
	if why := p.apart(o); why != "" {
		return why, nil
	}
	req := &pushdown.Request{Sides: make([]pushdown.Side, 2), Sample: samplePairs}
	for i := range p.Rule.Sides {
		if why := p.allBySource(i); why != "" {
			return why, nil
		}
		sums, why := p.columnsSummed(i)
		if why != "" {
			return why, nil
		}
		req.Sides[i] = pushdown.Side{Key: sums.Key, Values: sums.Values, Others: sums.Others}
	}
	for i := range p.Rule.Compare {
		a, err := p.agreement(&p.Rule.Compare[i])
		if err != nil {
			return "", err
		}
		req.Agree = append(req.Agree, a)
	}
	p.Push = req
	return "", nil
}

// apart is why the rows of both sides are not in one database, as one connection sees it.
func (p *Plan) apart(o Options) (why string) {
	for i, side := range p.Rule.Sides {
		if side.Source.View != nil {
			return side.Name + " is a view"
		}
		if i >= len(o.Claims) || o.Claims[i].Database == "" {
			return side.Source.Name + " is not in a database that compares rows"
		}
	}
	a, b := p.Rule.Sides[0].Source, p.Rule.Sides[1].Source
	p.comparing = a.Plugin == b.Plugin
	unknown := func(c sdk.Claims) bool { return c.Database == sdk.UnknownDatabase }
	switch {
	case p.comparing && slices.ContainsFunc(o.Claims, unknown):
		return fmt.Sprintf("in which databases %s and %s are is not known without their secrets", a.Name, b.Name)
	case a.Plugin != b.Plugin || o.Claims[0].Database != o.Claims[1].Database:
		return fmt.Sprintf("%s and %s are not in one database, by one account", a.Name, b.Name)
	case p.Sides[0].Request.Zone != p.Sides[1].Request.Zone:
		return fmt.Sprintf("%s and %s have different zones", a.Name, b.Name)
	}
	return ""
}

// agreement is a comparison as a database can make it.
func (p *Plan) agreement(c *program.Comparison) (a pushdown.Agreement, err error) {
	a.Base = c.Base
	if a.Bounds, a.All, err = eval.Bounds(c, p.Env(nil)); err != nil || c.Where == nil {
		return a, err
	}
	a.Where = make([][]schema.Condition, len(p.Rule.Sides))
	for _, e := range Conjuncts(c.Where) { // if any does not hold, nothing is compared
		side := -1
		e.Walk(func(x *program.Expr) bool {
			if x.Op == program.OpColumn {
				if side >= 0 && side != x.Side {
					side = len(a.Where)
				} else if side < 0 {
					side = x.Side
				}
			}
			return true
		})
		if side < 0 || side >= len(a.Where) {
			continue
		}
		src := p.Rule.Sides[side].Source
		if cond, ok := condition(e, src, p.Env(nil)); ok {
			a.Where[side] = append(a.Where[side], cond)
		}
	}
	return a, nil
}

// leftHere lists the comparisons of which a database that compares the rows leaves more to recon than pairs that do not match.
func (p *Plan) leftHere() (names []string) {
	for i, c := range p.Rule.Compare {
		bounded := len(c.Tolerance.Bounds) > 0 && len(p.Push.Agree[i].Bounds) == 0
		asked := 0
		for _, conditions := range p.Push.Agree[i].Where {
			asked += len(conditions)
		}
		if bounded || len(c.Ignoring) > 0 || asked < len(Conjuncts(c.Where)) {
			names = append(names, c.Name)
		}
	}
	return names
}
