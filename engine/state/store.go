package state

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/recon-lang/recon/engine/result"
)

var errUnbuilt = errors.New("state: not built yet")

// Options of Open.
type Options struct {
	Create bool          // make the folder and an empty state if there is none; otherwise that is ErrNoState
	Wait   time.Duration // how long to wait for another process to let go of it
	Role   string        // what this process does, for the message to others: "recon run daily_payment"
}

// Store is an open state folder. It holds the folder's lock until Close. Its methods may be used by several
// goroutines; settlings take turns.
type Store struct{}

// Open opens the state in dir and takes its lock, waiting for it as long as o.Wait. It removes what
// a killed process left behind. The error is a *HeldError if somebody else holds the state, ErrNoState, a
// *SchemaError, or the file system's; it names dir.
func Open(ctx context.Context, dir string, o Options) (*Store, error) { return nil, errUnbuilt }

// OpenMemory opens an empty state that ends with Close, as `recon test` wants it.
func OpenMemory() (*Store, error) { return nil, errUnbuilt }

// Close lets go of the state.
func (s *Store) Close() error { return nil }

// Settlement is what a run wants to settle.
type Settlement struct {
	Definition Definition
	Window     Window // Always without windows
	Run        string // the run's id
	Started    time.Time
	Judge      Judge
}

// Settling is a settlement under way: Begin, Residual, then Commit or Abort. Abort may always be
// deferred: after Commit it does nothing. Only one is under way at a time in a store.
type Settling struct{}

// Begin starts a settling. It is refused with an *OverlapError or a *LaterRunError.
func (s *Store) Begin(ctx context.Context, of Settlement) (*Settling, error) {
	return nil, errUnbuilt
}

// Residual takes the rows that the run left unmatched, ascending by Hash, and works out what becomes of them together with
// the rows of other windows. It hands over each group that has a row of this window, matched or not (so all
// its rows are either read or carried), and each transition, both ascending by hash. What it hands over is valid only during the call.
// It holds a few thousand rows in memory at a time, and all rows of one key.
func (t *Settling) Residual(rows iter.Seq2[Row, error], group func(*Group) error, transition func(*Transition) error) (Summary, error) {
	return Summary{}, errUnbuilt
}

// Commit makes the settling the state, with the run's record (the JSON of a result.Run) and its messages:
// all of it or, on an error, none.
func (t *Settling) Commit(record []byte, messages []Message) error { return errUnbuilt }

// Abort forgets the settling.
func (t *Settling) Abort() error { return nil }

// PutRun records a run that did not settle.
func (s *Store) PutRun(d Definition, run string, record []byte) error { return errUnbuilt }

// Ledger is one rule under one value of its parameters.
type Ledger struct {
	Rule        string
	Params      []Param
	Fingerprint [16]byte // of the definition that it was last settled under
}

// Ledgers lists all ledgers by rule and parameters.
func (s *Store) Ledgers() ([]Ledger, error) { return nil, errUnbuilt }

// Settled is one settled window of a ledger.
type Settled struct {
	Window      Window
	Run         string
	Started     time.Time
	Fingerprint [16]byte // of the definition; other than the ledger's: the window is stale
	Rows        int64    // of its residual
}

// Windows lists the settled windows of a ledger by start; none if the ledger is unknown.
func (s *Store) Windows(rule string, params []Param) ([]Settled, error) { return nil, errUnbuilt }

// Breaks lists what is open, pending and accepted included, of one rule or (rule "") of all: by rule, parameters and
// hash. A break is valid until the next.
func (s *Store) Breaks(ctx context.Context, rule string) iter.Seq2[*Break, error] { return nil }

// Break finds the break whose id begins with prefix; ErrNotFound if none or several do.
func (s *Store) Break(ctx context.Context, prefix string) (*Break, error) { return nil, errUnbuilt }

// BreaksOf finds what is open under a key, in all ledgers of a rule.
func (s *Store) BreaksOf(ctx context.Context, rule string, hash uint64, key []byte) ([]*Break, error) {
	return nil, errUnbuilt
}

// Accept notes who explained a break and why. It names key, outcome and the digest of the rows: it hides
// the break until the rows change, and removes nothing.
func (s *Store) Accept(ctx context.Context, id string, a result.Acceptance) (*Break, error) {
	return nil, errUnbuilt
}

// Unaccept takes all acceptances of a break back.
func (s *Store) Unaccept(ctx context.Context, id string) (*Break, error) { return nil, errUnbuilt }

// Run is a recorded run.
type Run struct {
	ID     string
	Record []byte // the JSON of a result.Run
}

// Runs lists recorded runs of one rule or (rule "") of all, the latest recorded first.
func (s *Store) Runs(ctx context.Context, rule string) iter.Seq2[Run, error] { return nil }

// Run finds the run whose id begins with prefix; ErrNotFound if none or several do.
func (s *Store) Run(ctx context.Context, prefix string) (Run, error) { return Run{}, errUnbuilt }

// Verified counts what Verify has looked at.
type Verified struct {
	Runs, Windows, Rows, Breaks int64
}

// Verify recomputes everything that can be: conservation and the chain of hashes over the runs, the rows of each
// window against its head, the breaks against the rows. The error names the first that does not fit.
func (s *Store) Verify(ctx context.Context) (Verified, error) { return Verified{}, errUnbuilt }

// Outgoing is a message that waits to be sent. ID is its idempotency key: fixed, and different for each message.
type Outgoing struct {
	ID       string
	Action   string
	Payload  []byte
	Run      string
	Attempts int
}

// Outbox lists what waits to be sent, in the order of the settlings.
func (s *Store) Outbox(ctx context.Context) iter.Seq2[Outgoing, error] { return nil }

// Delivered takes a message out of the outbox.
func (s *Store) Delivered(id string) error { return errUnbuilt }

// Attempted counts an attempt to send a message that failed.
func (s *Store) Attempted(id string) error { return errUnbuilt }

// Move renames the ledgers of a rule. It does nothing if only the new name has state, and refuses with a *MoveError if both have.
func (s *Store) Move(from, to string) error { return errUnbuilt }
