// Package exec carries out a plan: it reads the sources, packs the rows, pairs them, and leaves the rows that found no partner
// in the order in which the state wants them. It opens no source and settles nothing. Its API may change on any
// day.
package exec

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Env is what a run needs of the world.
type Env struct {
	Sources  []sdk.Source    // open, by side
	Configs  []schema.Config // their settings, by side
	SpillDir string          // folder in which rows may be spilled; it must exist
	Progress func(Progress)  // nil, or told now and then, from several goroutines but one call at a time

	Header  *Header       // of what is kept in case this run is killed; nil: nothing is
	Kept    *Kept         // what a killed run left, to go on with; it belongs to the run. nil: it starts afresh
	Resumed func(Resumed) // nil, or told what of Kept is of use, before anything is read

	// Matched, unless nil, is told of the rows that matched at once, key by key, in no order, one call at a time; pairs is 1, or how many
	// pairs they are. Rows are valid during the call. It costs what makes matching fast, and is for runs over few rows.
	Matched func(rows []state.Row, pairs int64) error
}

// Phase is what a run is doing.
type Phase string

const (
	Reading   Phase = "reading"
	Adding    Phase = "adding up" // checksum: Done and Total are ranges
	Comparing Phase = "comparing" // push-down: Rows are those that the database has sent because they do not match
	Matching  Phase = "matching"
)

// Progress is how far a run has come: while reading, the rows and bytes read so far of one side; while matching, how many
// of all parts are done.
type Progress struct {
	Phase       Phase
	Side        int
	Rows, Bytes int64
	Done, Total int
}

// Outcome is what a run found. It must be closed.
type Outcome struct {
	Read     []Read        // by side
	ReadSums *match.Sums   // of the compared numbers, taken while reading
	Counts   *match.Counts // of all rows, as if there were no other window
	Done     *match.Counts // of those that matched, and so are not among Rows
	Layout   *column.Layout
	Spilled  int64   // bytes written to disk
	Pruned   *Pruned // of a checksum run; else nil
	Pushed   *Pushed // of a push-down run; else nil

	shape    *column.Shape
	over     bool
	window   []byte    // of a rule over totals: what tells its keys from those of other windows
	segments []segment // in the order of hashes
	resumed  bool
	dir      *column.Dir
	spools   []*column.Spool
}

// Read is what was read of one side: the rows that it offers after its conditions and the window's cut, and the bytes
// of all batches.
type Read struct {
	Rows, Bytes int64
	Summed      int64 // of a view that groups: the rows that it summed up
}

// segment is a piece of a spool.
type segment struct {
	spool    *column.Spool
	from, to int64
}

// Run carries out a plan. Its result does not depend on the order of rows, the size of batches, the budget, the
// number of cores or the strategy.
func Run(ctx context.Context, p *plan.Plan, env Env) (*Outcome, error) {
	if len(env.Sources) != len(p.Sides) || len(env.Configs) != len(p.Sides) {
		panic("exec: a source and a config are needed for each side")
	}
	dir := column.NewDir(env.SpillDir)
	if env.Kept != nil {
		dir = env.Kept.dir
	}
	r := &run{plan: p, env: env, dir: dir, pool: &column.Pool{}, cores: p.Cores, out: &Outcome{dir: dir, resumed: env.Kept != nil}}
	if p.Rule.Totals && p.Window != nil { // a total of one window has nothing to do with that of another
		r.out.window = binary.BigEndian.AppendUint64(nil, uint64(p.Window.Start.UnixMicro()))
	}
	if r.cores <= 0 {
		r.cores = runtime.GOMAXPROCS(0)
	}
	var err error
	if p.Rule.OneSided() {
		err = r.over(ctx)
	} else {
		err = r.between(ctx)
	}
	if err == nil {
		err = r.out.conserved()
	}
	r.out.Spilled = dir.Written()
	if r.pool.Made() > 16<<20 { // whoever settles needs memory, and would find this only at some later collection
		r.pool, r.keeper = nil, nil
		debug.FreeOSMemory()
	}
	if err != nil {
		r.out.Leave()
		return nil, err
	}
	return r.out, nil
}

// run is a plan being carried out.
type run struct {
	plan  *plan.Plan
	env   Env
	dir   *column.Dir
	pool  *column.Pool
	cores int
	out   *Outcome

	keeper *keeper      // nil: nothing is kept
	kept   []bool       // by side: a killed run has read it; nil: none
	parts  map[int]kept // partitions that a killed run has matched
}

// conserved reports rows or sums that were read and not accounted for, or the reverse. It is a mistake of the engine if
// there are any.
func (o *Outcome) conserved() error {
	for side, read := range o.Read {
		if got := o.Counts.RowsOf(side); got != read.Rows {
			return fmt.Errorf("side %s: %d rows were read and %d accounted for; this is a mistake in recon, please report it",
				o.Layout.Sides[side].Name, read.Rows, got)
		}
	}
	if c, side, unit, differ := o.ReadSums.Differ(o.Counts.Sums); differ {
		return fmt.Errorf("side %s: the sum of %s in %q that was read is not the sum that was accounted for; this is a mistake in recon, please report it",
			o.Layout.Sides[side].Name, o.Layout.Terms[c].Name, unit)
	}
	return nil
}

// Leave is Close for a run that went on with what another one kept, and has not settled: what was kept stays for the next.
func (o *Outcome) Leave() error {
	if o.resumed {
		o.dir.Leave()
	}
	for _, s := range o.spools {
		s.Close()
	}
	if o.resumed {
		return nil
	}
	return o.dir.Close()
}

// Close removes the files of the outcome.
func (o *Outcome) Close() error {
	for _, s := range o.spools {
		s.Close()
	}
	return o.dir.Close()
}
