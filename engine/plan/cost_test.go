package plan

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// adding are options under which all of a rule's sides can add up, and evaluate what they are asked.
func adding(past *Past, strategy Strategy) Options {
	o := Options{Inputs: inputs(), Past: past, Strategy: strategy}
	for range 2 {
		o.Claims = append(o.Claims, sdk.Claims{Where: []schema.Claim{schema.Exact, schema.Exact, schema.Exact}})
		o.Abilities = append(o.Abilities, schema.Abilities{Checksum: true})
	}
	return o
}

// TestChecksumIsChosenByCost sees what the last run makes of the choice.
func TestChecksumIsChosenByCost(t *testing.T) {
	slow := Past{Strategy: Hash, Seconds: 310, Rows: 10_000_000, Differ: 12}
	with := func(change func(*Past)) *Past { p := slow; change(&p); return &p }
	for _, c := range []struct {
		name string
		past *Past
		want Strategy
		why  string
	}{
		{"nothing known", nil, Hash, "no source"},
		{"a slow line", &slow, Checksum, "the last run took 310 s for 10,000,000 rows a side, of which 12 did not match; adding them up is estimated at 50 s"},
		{"a fast line", with(func(p *Past) { p.Seconds = 60 }), Hash, ""},
		{"a short run", with(func(p *Past) { p.Seconds, p.Rows = 20, 1000 }), Hash, ""},
		{"many differences", with(func(p *Past) { p.Differ = 20_000 }), Hash, ""},
		{"a merge", with(func(p *Past) { p.Strategy = Merge }), Hash, ""},
		{"it pays", &Past{Strategy: Checksum, Ranges: 1024, Same: 1000}, Checksum, "in the last run 1000 of 1024 ranges were the same and not read"},
		{"it does not pay", &Past{Strategy: Checksum, Ranges: 1024, Same: 100}, Hash, ""},
		{"it was given up", &Past{Strategy: Checksum, Ranges: 1024, Same: 1000, Stopped: "most ranges differed"}, Hash, ""},
	} {
		r := rule()
		p, err := Build(r, adding(c.past, ""))
		if err != nil {
			t.Fatal(err)
		}
		if p.Strategy != c.want || c.want == Checksum && p.Why != c.why || p.Forced {
			t.Errorf("%s: %s because %s, want %s because %s (%s)", c.name, p.Strategy, p.Why, c.want, c.why, p.NoSums)
		}
		e, err := p.Explain()
		if err != nil {
			t.Fatal(err)
		}
		if told := e.Checksum != ""; told != (c.want == Hash) || c.name == "it was given up" && !strings.Contains(e.Checksum, "most ranges differed") {
			t.Errorf("%s: the plan says %q", c.name, e.Checksum)
		}
	}
	p, err := Build(rule(), adding(&slow, Hash))
	if err != nil || p.Strategy != Hash || p.Why != "it was asked for" {
		t.Errorf("got %s because %s, %v", p.Strategy, p.Why, err)
	}
}

func TestPushDownIsChosen(t *testing.T) {
	for _, c := range []struct {
		name        string
		past        *Past
		cheap, dear bool
	}{
		{"nothing known", nil, true, false},
		{"a fast run by hash", &Past{Strategy: Hash, Seconds: 20, Rows: 1_000_000, Differ: 5}, true, false},
		{"a slow run by hash", &Past{Strategy: Hash, Seconds: 40, Rows: 1_000_000, Differ: 5}, true, true},
		{"a slow run by hash that differed", &Past{Strategy: Hash, Seconds: 40, Rows: 1_000_000, Differ: 600_000}, false, false},
		{"a long run by hash, but no slow line", &Past{Strategy: Hash, Seconds: 40, Rows: 10_000_000, Differ: 5}, true, false},
		{"a run by push-down", &Past{Strategy: PushDown, Seconds: 1, Rows: 1_000_000, Differ: 5}, true, true},
		{"a run by push-down that differed", &Past{Strategy: PushDown, Seconds: 1, Rows: 10, Differ: 6}, false, false},
		{"a run by push-down that was refused", &Past{Strategy: PushDown, Rows: 10, Stopped: "nothing could be compared there: it is old"}, false, false},
		{"a run by merge", &Past{Strategy: Merge, Seconds: 100, Rows: 10}, true, false},
	} {
		for costly, want := range map[bool]bool{false: c.cheap, true: c.dear} {
			if yes, why := c.past.compares(costly); yes != want || why == "" {
				t.Errorf("%s, costly %v: got %v, %q", c.name, costly, yes, why)
			}
		}
	}
}
