package exec

import (
	"fmt"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// overColumns computes what a rule over one side needs beyond its columns.
type overColumns struct {
	asserts []assert
	uniques int
	others  []otherUnique
	next    int64 // number of the next row

	numbers  batch.Column
	breaches batch.Column
	bits     []byte
}

type assert struct {
	kernel *eval.Kernel
	name   string
}

// otherUnique is a unique but the first.
type otherUnique struct {
	keys  []key
	shape *column.Shape
	input column.Input
}

func newOverColumns(rule *program.Rule, env eval.Env) (*overColumns, error) {
	o := &overColumns{uniques: len(rule.Unique)}
	for _, a := range rule.Assert {
		kernel, err := eval.Compile(a.Cond, env)
		if err != nil {
			return nil, fmt.Errorf("assert %s: %w", a.Name, err)
		}
		o.asserts = append(o.asserts, assert{kernel, "assert " + a.Name})
	}
	for _, u := range rule.Unique[min(1, len(rule.Unique)):] {
		other := otherUnique{shape: column.NewShape(&column.Layout{
			Keys:  uniqueParts(u),
			Sides: []column.Side{{Time: -1, Columns: []column.Column{{Name: "number", Type: schema.Type{Kind: schema.Integer}, Hidden: true}}}},
		})}
		for _, k := range uniqueKeys(u) {
			kernel, err := eval.CompileAs(k.Terms[0], k.Type, env)
			if err != nil {
				return nil, fmt.Errorf("unique %s: %w", u.Name, err)
			}
			other.keys = append(other.keys, key{kernel: kernel, name: "unique " + u.Name})
		}
		o.others = append(o.others, other)
	}
	return o, nil
}

// hidden is one of the engine's own columns. They are asked for in order, once for each batch.
func (o *overColumns) hidden(which int, b *batch.Batch, note func(int, bad)) *batch.Column {
	if which == numberColumn {
		o.numbers.Reset(schema.Type{Kind: schema.Integer})
		for range b.Rows {
			o.numbers.Ints = append(o.numbers.Ints, o.next)
			o.next++
		}
		return &o.numbers
	}
	width := (o.uniques + len(o.asserts) + 7) / 8
	o.bits = append(o.bits[:0], make([]byte, width*b.Rows)...)
	for k, a := range o.asserts {
		c, faults := a.kernel.Eval(b)
		noteAll(faults, a.name, note)
		at := o.uniques + k
		for i, holds := range c.Ints[:b.Rows] {
			if holds == 0 { // so is a null
				o.bits[i*width+at>>3] |= 1 << (at & 7)
			}
		}
	}
	c := &o.breaches
	c.Reset(schema.Type{Kind: schema.Bytes})
	c.Offsets = append(c.Offsets, 0)
	for i := range b.Rows {
		c.AppendBytes(o.bits[i*width : (i+1)*width])
	}
	return c
}

// evaluate computes the terms of the uniques but the first.
func (o *overColumns) evaluate(b *batch.Batch, note func(int, bad)) {
	for i := range o.others {
		u := &o.others[i]
		u.input.Keys = u.input.Keys[:0]
		for k := range u.keys {
			u.input.Keys = append(u.input.Keys, u.keys[k].vector(b, note))
		}
		u.input.Rest = append(u.input.Rest[:0], column.Vector{Column: &o.numbers})
	}
}

// breached are the numbers of what a row breaches.
func breached(bits []byte) (names []int) {
	for i, b := range bits {
		for k := range 8 {
			if b&(1<<k) != 0 {
				names = append(names, i*8+k)
			}
		}
	}
	return names
}
