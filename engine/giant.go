package engine

import (
	"bytes"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk"
)

// A break is read, compared and shown as a whole, so what one key can have is bounded. More rows of a key that should identify one are a wrong key, which
// is to be said and not to be kept.
const (
	maxKeyRows  = 100_000
	maxKeyBytes = 64 << 20
)

// bounded gives rows, which ascend by key, until a key has more of them than a break can have. name says a key.
func bounded(rows iter.Seq2[state.Row, error], name func(key []byte) (string, error)) iter.Seq2[state.Row, error] {
	return func(yield func(state.Row, error) bool) {
		var last []byte
		count, size := 0, 0
		for r, err := range rows {
			if err == nil && r.Kind == state.Keyed {
				if count == 0 || !bytes.Equal(r.Key, last) {
					last, count, size = append(last[:0], r.Key...), 0, 0
				}
				count, size = count+1, size+len(r.Values)
				if count > 1 && (count > maxKeyRows || size > maxKeyBytes) {
					err = giant(r.Key, name)
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func giant(key []byte, name func([]byte) (string, error)) error {
	text, err := name(key)
	if err != nil {
		return err
	}
	return &sdk.Error{
		Message: fmt.Sprintf("the key %s has more rows that find no partner than one break can have, which is %d rows or %d MB", text, maxKeyRows, maxKeyBytes>>20),
		Hint:    "a key identifies one row of each side: add what tells these rows apart to it, or leave them out by where",
	}
}

// keyName names keys of a definition as errors show them.
func (v viewers) keyName(def *state.Definition) func(key []byte) (string, error) {
	return func(key []byte) (string, error) {
		viewer, err := v.of(def)
		if err != nil {
			return "", err
		}
		var parts []string
		for _, f := range viewer.shape.KeyFields(key) {
			parts = append(parts, f.Name+" "+strconv.Quote(f.Value.String()))
		}
		return strings.Join(parts, ", "), nil
	}
}
