package sdktest

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// faults are ways to break the contract, and a part of what it must say of them.
var faults = map[string]string{
	"describe changes":   "answers differently the second time",
	"loses the last row": "want 6; the first that is not there",
	"another type":       "asked for was",
	"ignores columns":    "columns, 1 were asked for",
	"depends on batches": "batches of 2 rows",
	"claims too much":    "is claimed as exact",
	"claims an order":    "the order of",
	"wraps emit's error": "want one call and its own error",
	"goes on after emit": "emit was called 6 times",
	"ignores the end":    "a read whose context has ended returned <nil>",
	"leaks a goroutine":  "goroutines are left",
	"leaks a file":       "files or sockets are left open",
	"names no setting":   "want an *sdk.Error that names the setting",
	"tells secrets":      "an error gives a secret away",
	"dirt below a null":  "the value below a null is not zero",
	"no UTF-8":           "text that is not UTF-8",
	"adds up wrongly":    "of the rows delivered with",
	"totals are wrong":   "total 0 is",
	"no row is odd":      "rows are odd, want at least 1",
	"another moment":     "are added up, there are",
	"key is unique":      "the key is said to be unique",
}

// TestFaultsAreFound runs TestBroken for each fault in a process of its own, where it must
// fail.
func TestFaultsAreFound(t *testing.T) {
	for fault, want := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestBroken$")
			cmd.Env = append(os.Environ(), "FAULT="+fault)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || !strings.Contains(string(out), want) {
				t.Errorf("the contract did not say %q: %v\n%s", want, err, out)
			}
		})
	}
}

// TestBroken holds for a source without a fault.
func TestBroken(t *testing.T) {
	src := &broken{memory: memoryOfAllTypes().(*memory), fault: os.Getenv("FAULT")}
	cfg := table("exact")
	cfg["password"] = schema.Value{Type: schema.Type{Kind: schema.Secret}, Text: "open sesame"}
	c := Case{Name: "case", Config: cfg, Rows: allRows}
	t.Run("describe", func(t *testing.T) { testDescribe(t, src, []Case{c}) })
	testCases(t, src, src, []Case{c})
}

// broken is a memory source with a password and one fault.
type broken struct {
	*memory
	fault     string
	described int
}

func (s *broken) Describe() schema.Source {
	d := s.memory.Describe()
	d.Settings = append(d.Settings, schema.Setting{Name: "password", Type: schema.Type{Kind: schema.Secret}, Doc: "Opens."})
	if s.described++; s.fault == "describe changes" {
		d.Version = fmt.Sprint(s.described)
	}
	return d
}

func (s *broken) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	return s.memory.Snapshot(ctx, req, func(view sdk.Snapshot) error { return do(&brokenView{view, s.fault}) })
}

type brokenView struct {
	sdk.Snapshot
	fault string
}

func (v *brokenView) Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	s, err := v.Snapshot.Survey(ctx, req, ranges)
	s.Unique = s.Unique || v.fault == "key is unique"
	return s, err
}

func (v *brokenView) Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	sums, err := v.Snapshot.Sums(ctx, req)
	for i := range sums {
		switch s := &sums[i]; v.fault {
		case "adds up wrongly":
			s.Check[1]++
		case "totals are wrong":
			s.Totals[0] = big.NewInt(12345)
		case "no row is odd":
			s.Odd = 0
		case "another moment":
			s.Rows++
		}
	}
	return sums, err
}

func (s *broken) check(cfg schema.Config) error {
	if text := cfg.Text("password", ""); text != "open sesame" {
		switch s.fault {
		case "names no setting":
			return errors.New("wrong password")
		case "tells secrets":
			return &sdk.Error{Setting: "password", Message: "wrong password " + text}
		}
		return &sdk.Error{Setting: "password", Message: "wrong password"}
	}
	return nil
}

func (s *broken) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	if err := s.check(cfg); err != nil {
		return schema.Table{}, err
	}
	return s.memory.Columns(ctx, cfg)
}

func (s *broken) Claim(req sdk.ReadRequest) sdk.Claims {
	claims := s.memory.Claim(req)
	if s.fault == "claims an order" {
		claims.Ordered = true
	}
	return claims
}

func (s *broken) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	if err := s.check(req.Config); err != nil {
		return err
	}
	out, readCtx := emit, ctx
	switch s.fault {
	case "loses the last row":
		short := s.memory.tables["exact"]
		short.rows = short.rows[:5]
		return (&memory{tables: map[string]memoryTable{"exact": short}}).Read(ctx, req, emit)
	case "another type":
		out = func(b *batch.Batch) error {
			b.Columns[0].Type.Kind = schema.JSON
			return emit(b)
		}
	case "ignores columns":
		req.Columns = allTypes
	case "depends on batches":
		if req.Rows == 2 {
			out = func(b *batch.Batch) error { return errors.Join(emit(b), emit(b)) }
		}
	case "claims too much":
		req.Where = nil
	case "claims an order":
		req.Order = nil
	case "wraps emit's error":
		out = func(b *batch.Batch) error {
			if err := emit(b); err != nil {
				return fmt.Errorf("emit: %w", err)
			}
			return nil
		}
	case "goes on after emit":
		var first error
		out = func(b *batch.Batch) error {
			if err := emit(b); first == nil {
				first = err
			}
			return nil
		}
		return errors.Join(s.memory.Read(ctx, req, out), first)
	case "ignores the end":
		readCtx = context.Background()
	case "leaks a goroutine":
		go func() { <-context.Background().Done() }()
	case "leaks a file":
		f, err := os.Open(os.Args[0])
		if err != nil {
			return err
		}
		leaked = append(leaked, f)
	case "dirt below a null":
		out = func(b *batch.Batch) error {
			for i := range b.Columns {
				for row := range b.Columns[i].Ints {
					if b.Columns[i].IsNull(row) {
						b.Columns[i].Ints[row] = 7
					}
				}
			}
			return emit(b)
		}
	case "no UTF-8":
		out = func(b *batch.Batch) error {
			for i := range b.Columns {
				if text := b.Columns[i].Bytes; len(text) > 0 {
					text[0] = 0xff
				}
			}
			return emit(b)
		}
	}
	return s.memory.Read(readCtx, req, out)
}

// leaked keeps files from being closed by the collector.
var leaked []*os.File
