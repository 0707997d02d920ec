package view

import (
	"fmt"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Only limits a view that groups to some groups: those whose first columns have, as Types, one of the keys that Keys holds in canonical form.
// Values are the same keys, for what is asked of sources.
type Only struct {
	Types  []schema.Type
	Keys   map[string]bool
	Values [][]schema.Value
}

// Restrict limits a view that groups to some groups, and gives it back. What of that the sources below can evaluate, they are asked to.
func (s *Source) Restrict(only *Only) *Source {
	again := *s
	again.only = only
	for k, t := range only.Types {
		by := s.src.View.Group.By[k]
		if by.Op != program.OpColumn || by.Side != 0 || t.Kind == schema.Float || t.Kind == schema.JSON || t.Kind == schema.Bytes {
			continue
		}
		e := &program.Expr{Op: program.OpIn, Type: schema.Type{Kind: schema.Boolean}, Args: []*program.Expr{by}}
		seen := map[string]bool{}
		for _, key := range only.Values {
			if v := key[k]; !seen[v.String()] {
				seen[v.String()] = true
				e.Args = append(e.Args, &program.Expr{Op: program.OpLiteral, Type: v.Type, Value: v})
			}
		}
		again.extra = append(again.extra, e)
	}
	return &again
}

// onlyFilter keeps the rows of the groups that are wanted.
type onlyFilter struct {
	only    *Only
	kernels []*eval.Kernel
	key     []byte
}

func newOnly(only *Only, by []*program.Expr, env eval.Env) (*onlyFilter, error) {
	f := &onlyFilter{only: only}
	for k, t := range only.Types {
		kernel, err := eval.CompileAs(by[k], t, env)
		if err != nil {
			return nil, fmt.Errorf("group: %w", err)
		}
		f.kernels = append(f.kernels, kernel)
	}
	return f, nil
}

// filter keeps the rows of sel whose group is wanted. Faults are null keys, and so wanted by nobody.
func (f *onlyFilter) filter(b *batch.Batch, sel []int32) []int32 {
	var parts []*batch.Column
	for _, k := range f.kernels {
		c, _ := k.Eval(b)
		parts = append(parts, c)
	}
	kept := sel[:0]
	for _, row := range sel {
		f.key = f.key[:0]
		for _, c := range parts {
			f.key = column.AppendKeyPart(f.key, c, int(row))
		}
		if f.only.Keys[string(f.key)] {
			kept = append(kept, row)
		}
	}
	return kept
}
