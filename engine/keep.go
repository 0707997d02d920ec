package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// kept is what is kept of a rule beside the rows of a window, so that breaks can be shown and explained without the rule file, and
// as they were when the rule has changed since. It is state.Definition.Layout.
type kept struct {
	Layout      *column.Layout   `json:"layout"`
	Comparisons []keptComparison `json:"comparisons,omitempty"`
	Totals      bool             `json:"totals,omitempty"`
}

type keptComparison struct {
	Name   string      `json:"name"`
	Unit   string      `json:"unit,omitempty"`
	Base   int         `json:"base"`
	Bounds []keptBound `json:"bounds,omitempty"`
	All    bool        `json:"all,omitempty"`
}

// keptBound is a bound with its value worked out, as text that schema.Value.String gave.
type keptBound struct {
	Text     string `json:"text"`             // as written: "0.1%"
	Number   string `json:"number"`           // "0.001"
	Micros   int64  `json:"micros,omitempty"` // of a duration
	Relative bool   `json:"relative,omitempty"`
}

func keep(r *program.Rule, layout *column.Layout, env eval.Env) (*kept, error) {
	k := &kept{Layout: layout, Totals: r.Totals}
	for _, c := range r.Compare {
		kc := keptComparison{Name: c.Name, Unit: c.Unit.Name, Base: c.Base, All: c.Tolerance.All}
		for _, b := range c.Tolerance.Bounds {
			v, err := eval.Scalar(b.Value, env)
			if err != nil {
				return nil, fmt.Errorf("tolerance of %s: %w", c.Name, err)
			}
			kb := keptBound{Text: strings.TrimSpace(b.Span.Text()), Number: v.String(), Relative: b.Relative}
			if v.Type.Kind == schema.Duration {
				kb.Micros = v.Int
			}
			if b.Value.Op != program.OpLiteral || kb.Text == "" { // a name says less than its value
				kb.Text = v.String()
			}
			kc.Bounds = append(kc.Bounds, kb)
		}
		k.Comparisons = append(k.Comparisons, kc)
	}
	return k, nil
}

func (k *kept) marshal() ([]byte, error) { return json.Marshal(k) }

// viewer shows rows that were kept under one definition.
type viewer struct {
	def   *state.Definition
	kept  kept
	shape *column.Shape
	zone  *time.Location
}

func newViewer(def *state.Definition) (*viewer, error) {
	v := &viewer{def: def, zone: time.UTC}
	if err := json.Unmarshal(def.Layout, &v.kept); err != nil {
		return nil, fmt.Errorf("read how the rows of rule %s are kept: %w", def.Rule, err)
	}
	if v.kept.Layout == nil {
		return nil, fmt.Errorf("read how the rows of rule %s are kept: no layout", def.Rule)
	}
	text := v.kept.Layout.Marshal()
	layout, err := column.ParseLayout(text) // checks what it points at
	if err != nil {
		return nil, err
	}
	v.shape = column.NewShape(layout)
	if def.Zone != "" {
		if v.zone, err = time.LoadLocation(def.Zone); err != nil {
			return nil, fmt.Errorf("rule %s: %w", def.Rule, err)
		}
	}
	return v, nil
}

// viewers makes each viewer once.
type viewers map[[16]byte]*viewer

func (vs viewers) of(def *state.Definition) (*viewer, error) {
	key := def.Fingerprint
	if v, ok := vs[key]; ok && (v.def == def || v.def.Rule == def.Rule && string(v.def.Layout) == string(def.Layout)) {
		return v, nil
	}
	v, err := newViewer(def)
	if err != nil {
		return nil, err
	}
	vs[key] = v
	return v, nil
}
