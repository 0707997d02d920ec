// Package plan decides how a rule is run: what each source is asked for, what of the rule it does itself, and how
// rows find their partners. It turns a rule and what its sources claim into a Plan, and explains
// it. It opens nothing. Its API may change on any day.
package plan

import (
	"fmt"
	"time"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// Inputs are what a run is given: the values of the rule's parameters by name, the instant that now() gives, and the
// window, nil for a rule without one.
type Inputs struct {
	Params map[string]schema.Value
	Now    time.Time
	Window *Window
}

// Window is the period that a run reads: [Start, End).
type Window struct {
	Start, End time.Time
}

// Strategy is how rows find their partners.
type Strategy string

const (
	Hash     Strategy = "hash"      // packed rows in partitions by the key's hash, on disk beyond the budget
	Merge    Strategy = "merge"     // all sides come ordered by key; a batch a side is in memory
	Checksum Strategy = "checksum"  // the sides add ranges of the key up, and only ranges that differ are read, to be paired by hash
	PushDown Strategy = "push-down" // a database that holds both sides compares them, and what does not match is read, to be paired by hash
	Scan     Strategy = "scan"      // a rule over one side without unique: rows are checked as they come
)

// DefaultBudget is the memory for packed rows if none is given: with two plugins beside it, a run stays well below
// 200 MB.
const DefaultBudget = 96 << 20

// MaxSides is how many sides a rule can have.
const MaxSides = 16

// Options are what a Build may know beyond the rule. Claims and Abilities have an entry for each
// side, or are nil: then no source claims anything.
type Options struct {
	Inputs
	Claims    []sdk.Claims
	Abilities []schema.Abilities
	Budget    int64    // bytes for packed rows; 0: DefaultBudget
	Strategy  Strategy // "": the one that fits best
	Past      *Past    // nil: nothing is known of earlier runs
	Rows      int      // per batch; 0: what sources do by themselves
	Cores     int      // 0: all
}

// Plan is how one run of a rule goes.
type Plan struct {
	Rule *program.Rule
	Inputs
	Strategy  Strategy
	Why       string // that strategy
	Budget    int64
	Cores     int
	Sides     []Side
	Sums      []checksum.Request // by side, what checksum adds up, without cuts; nil if it cannot
	Push      *pushdown.Request  // what push-down asks; nil if it cannot
	NoPush    string             // why not; "" of a rule over one side, too
	Forced    bool               // the strategy was asked for: what only running shows to be impossible is an error
	Cost      string             // what is known of the cost of checksum; "": nothing
	NoSums    string             // why not; "" of a rule over one side, too
	Abilities []schema.Abilities // of the sides, as Options has them
	Order     []int              // merge: the parts of the key in the order by which rows come

	comparing bool // all sides are in databases of one plugin that compares rows
}

// Side is what is read for one side.
type Side struct {
	Request  sdk.ReadRequest // without Config
	Physical []int           // of each declared column: index into Request.Columns, or -1 if it is derived
	Where    []Conjunct      // all must hold for a row
	Cut      *Conjunct       // the window's cut; nil if the settings cut, or there is no window
	Ordered  bool            // the source orders the rows because it is asked to
	View     *ExplainedView  // of a view: how its rows come about, for Explain
}

// Conjunct is one condition on the rows of a side. Pushed is its index in Request.Where, or -1
// if the source cannot be asked. Here says that it is evaluated here, whatever the source does.
type Conjunct struct {
	Expr   *program.Expr // nil for the window's cut
	Text   string
	Pushed int
	Claim  schema.Claim
	Here   bool
}

// Requests are what the sources would be asked for, so that they can say what they claim of it.
// They lack Config.
func Requests(rule *program.Rule, in Inputs) []sdk.ReadRequest {
	orders, _ := mergeOrder(rule)
	requests := make([]sdk.ReadRequest, len(rule.Sides))
	for i, side := range rule.Sides {
		s := readSide(rule, side, in)
		if orders != nil {
			s.Request.Order = orders[i]
		}
		requests[i] = s.Request
	}
	return requests
}

// Build makes the plan of a rule.
func Build(rule *program.Rule, o Options) (*Plan, error) {
	if len(rule.Sides) > MaxSides {
		return nil, fmt.Errorf("rule %s has %d sides; at most %d can be compared at once", rule.Name, len(rule.Sides), MaxSides)
	}
	if (rule.Window == nil) != (o.Window == nil) {
		return nil, fmt.Errorf("rule %s: a window is needed if, and only if, the rule has one", rule.Name)
	}
	p := &Plan{Rule: rule, Inputs: o.Inputs, Budget: o.Budget, Cores: o.Cores, Abilities: o.Abilities}
	if p.Budget == 0 {
		p.Budget = DefaultBudget
	}
	for i, side := range rule.Sides {
		s := readSide(rule, side, o.Inputs)
		s.Request.Rows = o.Rows
		if i < len(o.Claims) {
			s.claimed(o.Claims[i])
		}
		p.Sides = append(p.Sides, s)
	}
	if err := p.choose(o); err != nil {
		return nil, err
	}
	return p, nil
}

// claimed notes what the source does of what it is asked.
func (s *Side) claimed(claims sdk.Claims) {
	note := func(c *Conjunct) {
		if c.Pushed >= 0 && c.Pushed < len(claims.Where) {
			c.Claim = claims.Where[c.Pushed]
			c.Here = c.Claim != schema.Exact
		}
	}
	for i := range s.Where {
		note(&s.Where[i])
	}
	if s.Cut != nil {
		note(s.Cut)
	}
}
