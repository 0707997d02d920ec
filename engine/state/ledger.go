package state

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/recon-lang/recon/engine/result"
)

// id128 is a 128-bit hash, stored as hex.
type id128 [16]byte

func (h id128) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

func (h *id128) UnmarshalText(b []byte) error {
	if len(b) != 32 {
		return errCorrupt
	}
	_, err := hex.Decode(h[:], b)
	return err
}

// ledger is what is stored of a ledger under l/.
type ledger struct {
	ID          uint64  `json:"id"`
	Rule        string  `json:"rule"`
	Params      []Param `json:"params,omitempty"` // by name
	Salt        id128   `json:"salt"`             // makes break ids; kept when the ledger is renamed
	Fingerprint id128   `json:"fingerprint"`      // of the definition last settled under
	Generation  uint64  `json:"generation"`       // of its breaks
	Breaks      int64   `json:"breaks"`
	Checksum    uint64  `json:"checksum"`

	stored string // the rule's name that it stands under; "": nowhere yet
}

// head is what is stored of a settled window under w/.
type head struct {
	Start       int64  `json:"start"`
	End         int64  `json:"end"`
	Covered     int64  `json:"covered"`
	Generation  uint64 `json:"generation"` // of its rows
	Rows        int64  `json:"rows"`
	Checksum    uint64 `json:"checksum"`
	Run         string `json:"run"`
	Started     int64  `json:"started"` // nanoseconds
	Fingerprint id128  `json:"fingerprint"`
	Definition  id128  `json:"definition"` // stands under f/
}

func (h *head) window() Window { return Window{h.Start, h.End, h.Covered} }

func sortedParams(params []Param) []Param {
	sorted := slices.Clone(params)
	slices.SortFunc(sorted, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	return sorted
}

// hashTexts is injective but for the hash.
func hashTexts(texts ...string) [16]byte {
	h := sha256.New()
	for _, t := range texts {
		h.Write(binary.AppendUvarint(nil, uint64(len(t))))
		h.Write([]byte(t))
	}
	return [16]byte(h.Sum(nil)[:16])
}

func paramsHash(params []Param) [16]byte {
	var texts []string
	for _, p := range sortedParams(params) {
		texts = append(texts, p.Name, p.Value)
	}
	return hashTexts(texts...)
}

// identity stands for a break in the whole state.
func (l *ledger) identity(kind Kind, key []byte) id128 {
	h := sha256.New()
	h.Write(l.Salt[:])
	h.Write([]byte{byte(kind)})
	h.Write(key)
	var sum [sha256.Size]byte
	return id128(h.Sum(sum[:0])[:16])
}

// lower is base32 in small letters.
var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// text is the id that people see: 12 characters of base32.
func (h id128) text() string {
	var b [26]byte
	lower.Encode(b[:], h[:])
	return string(b[:12])
}

// decision is an acceptance that names a break, its outcome and the digest of its rows.
type decision struct {
	identity id128
	digest   [16]byte
	outcome  result.Outcome
}

// view is a ledger as one read transaction sees it. It is for one goroutine.
type view struct {
	txn         *badger.Txn
	limits      limits
	ledger      ledger
	heads       []head   // by start
	latest      int      // index of the head asked for last
	windows     []Window // of the heads
	coverage    coverage
	definitions map[id128]*Definition
	decisions   map[decision]result.Acceptance
}

func (v *view) head(start int64) *head {
	if v.latest < len(v.heads) && v.heads[v.latest].Start == start { // most ask for the same
		return &v.heads[v.latest]
	}
	i, ok := slices.BinarySearchFunc(v.heads, start, func(h head, t int64) int { return cmp.Compare(h.Start, t) })
	if !ok {
		return nil
	}
	v.latest = i
	return &v.heads[i]
}

// stale reports whether a group was settled under another definition than the ledger's latest.
func (v *view) stale(g *group) bool {
	h := v.head(g.first())
	return h != nil && h.Fingerprint != v.ledger.Fingerprint
}

// accepted finds the decision on one item of a break.
func (v *view) accepted(identity id128, g *group, o result.Outcome) (result.Acceptance, bool) {
	a, ok := v.decisions[decision{identity, g.digest, o}]
	return a, ok
}

func getJSON(txn *badger.Txn, k []byte, v any) error {
	item, err := txn.Get(k)
	if err != nil {
		return err
	}
	return item.Value(func(b []byte) error { return json.Unmarshal(b, v) })
}

func setJSON(txn *badger.Txn, k []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return txn.Set(k, b)
}

// scan calls f for each key under a prefix, in order. It must keep neither k nor v.
func scan(txn *badger.Txn, prefix []byte, f func(k, v []byte) error) error {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	o.Prefix = prefix
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		err := it.Item().Value(func(v []byte) error { return f(it.Item().Key(), v) })
		if err != nil {
			return err
		}
	}
	return nil
}

// loadLedger finds the ledger that stands under the name of a rule; ok is false if there is none.
func loadLedger(txn *badger.Txn, rule string, params []Param) (l ledger, ok bool, err error) {
	err = getJSON(txn, ledgerKey(rule, paramsHash(params)), &l)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return ledger{}, false, nil
	}
	l.stored = l.Rule
	return l, err == nil, err
}

// loadLedgers lists the ledgers that stand under the name of a rule, or all, by rule and parameters.
func loadLedgers(txn *badger.Txn, rule string) ([]ledger, error) {
	prefix := []byte("l/")
	if rule != "" {
		prefix = append(append(prefix, rule...), 0)
	}
	var all []ledger
	err := scan(txn, prefix, func(_, v []byte) error {
		var l ledger
		if err := json.Unmarshal(v, &l); err != nil {
			return err
		}
		l.stored = l.Rule
		all = append(all, l)
		return nil
	})
	slices.SortFunc(all, compareLedgers)
	return all, err
}

// loadView reads all of a ledger but its rows and breaks.
func loadView(txn *badger.Txn, l ledger) (*view, error) {
	v := &view{txn: txn, ledger: l, definitions: map[id128]*Definition{}, decisions: map[decision]result.Acceptance{}}
	err := scan(txn, key('w', l.ID), func(_, b []byte) error {
		var h head
		if err := json.Unmarshal(b, &h); err != nil {
			return err
		}
		v.heads = append(v.heads, h)
		v.windows = append(v.windows, h.window())
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read windows of %s: %w", l.Rule, err)
	}
	v.coverage = cover(v.windows)
	err = scan(txn, key('f', l.ID), func(k, b []byte) error {
		d := new(Definition)
		v.definitions[id128(k[len(k)-16:])] = d
		return json.Unmarshal(b, d)
	})
	if err != nil {
		return nil, fmt.Errorf("read definitions of %s: %w", l.Rule, err)
	}
	err = scan(txn, key('d', l.ID), func(k, b []byte) error {
		var a result.Acceptance
		k = k[len(k)-33:]
		if err := json.Unmarshal(b, &a); err != nil {
			return err
		}
		v.decisions[decision{id128(k[:16]), [16]byte(k[16:32]), result.Outcome(k[32])}] = a
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read decisions of %s: %w", l.Rule, err)
	}
	return v, nil
}

func decisionKey(ledger uint64, d decision) []byte {
	k := append(key('d', ledger), d.identity[:]...)
	k = append(k, d.digest[:]...)
	return append(k, byte(d.outcome))
}

func definitionKey(ledger uint64, id id128) []byte { return append(key('f', ledger), id[:]...) }
