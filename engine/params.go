package engine

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// params gives each parameter of the rule its value: from the texts given, or its default. A name that no
// parameter of the program has is an error, because it is a slip of the pen that would change
// what is compared.
func (e *Engine) params(req Request) (map[string]schema.Value, error) {
	r, given := req.Rule, req.Params
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(e.program.Params, func(p *program.Param) bool { return p.Name == name }) {
			known := make([]string, 0, len(e.program.Params))
			for _, p := range e.program.Params {
				known = append(known, p.Name)
			}
			slices.Sort(known)
			if len(known) == 0 {
				return nil, fmt.Errorf("there is no parameter %q: the rules declare none", name)
			}
			return nil, fmt.Errorf("there is no parameter %q; there is %s", name, strings.Join(slices.Compact(known), ", "))
		}
	}
	values := map[string]schema.Value{}
	env := eval.Env{Params: values, Now: req.At, Zone: zoneOf(r)}
	for _, p := range e.program.Params { // a text that does not fit is a mistake even where this rule does not use it
		if text, ok := given[p.Name]; ok {
			if _, err := parseParam(p, text, env.Zone); err != nil {
				return nil, err
			}
		}
	}
	// A default may use other parameters; the checker has refused cycles. So resolve until nothing is left.
	left := slices.Clone(r.Params)
	for len(left) > 0 {
		var later []*program.Param
		for _, p := range left {
			if v, ok := req.Values[p.Name]; ok {
				values[p.Name] = v
				continue
			}
			if text, ok := given[p.Name]; ok {
				v, err := parseParam(p, text, env.Zone)
				if err != nil {
					return nil, err
				}
				values[p.Name] = v
				continue
			}
			if p.Default == nil {
				return nil, fmt.Errorf("parameter %s has no default: give it by --param %s=…", p.Name, p.Name)
			}
			if uses(p.Default, left, values) {
				later = append(later, p)
				continue
			}
			v, err := eval.Scalar(p.Default, env)
			if err != nil {
				return nil, fmt.Errorf("default of parameter %s: %w", p.Name, err)
			}
			v.Unit = p.Unit.Name
			values[p.Name] = v
		}
		if len(later) == len(left) {
			panic("engine: parameters of rule " + r.Name + " use each other in a circle")
		}
		left = later
	}
	return values, nil
}

// uses reports whether e uses one of params that has no value yet.
func uses(e *program.Expr, params []*program.Param, values map[string]schema.Value) bool {
	found := false
	e.Walk(func(x *program.Expr) bool {
		if x.Op == program.OpParamRef {
			_, known := values[x.Name]
			found = found || !known && slices.ContainsFunc(params, func(p *program.Param) bool { return p.Name == x.Name })
		}
		return !found
	})
	return found
}

// usedParams are those of all that the settings of a source use, and that the defaults of these use.
func usedParams(src *program.Source, all []*program.Param) []*program.Param {
	wanted := map[string]bool{}
	var used []*program.Param
	see := func(x *program.Expr) bool {
		if x.Op == program.OpParamRef {
			wanted[x.Name] = true
		}
		return true
	}
	for _, s := range src.Settings {
		s.Value.Walk(see)
		for _, b := range s.Params {
			b.Value.Walk(see)
		}
	}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if !wanted[p.Name] || slices.Contains(used, p) {
				continue
			}
			used, grown = append(used, p), true
			if p.Default != nil {
				p.Default.Walk(see)
			}
		}
	}
	return used
}

// parseParam reads the text of a parameter as a value of its type.
func parseParam(p *program.Param, text string, zone *time.Location) (schema.Value, error) {
	t := p.Type
	if t.Kind == schema.Duration || t.Kind == schema.Percent {
		v, err := parseQuantity(t.Kind, text)
		if err != nil {
			return v, fmt.Errorf("--param %s=%s: %w", p.Name, text, err)
		}
		return v, nil
	}
	if t.Kind == schema.Decimal && t.Precision == 0 { // of any precision
		d, err := decimal.Parse([]byte(text))
		if err != nil {
			return schema.Value{}, fmt.Errorf("--param %s=%s: not a %s", p.Name, text, t)
		}
		v := schema.Dec(d)
		v.Unit = p.Unit.Name
		return v, nil
	}
	c := batch.Column{Type: t}
	if t.Layout() == schema.Varlen {
		c.Offsets = []int32{0}
	}
	if problem := c.AppendText([]byte(text), batch.NewZone(zone)); problem != "" {
		return schema.Value{}, fmt.Errorf("--param %s=%s: %s", p.Name, text, problem)
	}
	if t.Kind == schema.Enum && !slices.Contains(t.Values, text) {
		return schema.Value{}, fmt.Errorf("--param %s=%s: not one of %s", p.Name, text, strings.Join(t.Values, ", "))
	}
	v := c.Value(0)
	v.Unit = p.Unit.Name
	return v, nil
}

// zoneOf is the zone in which a rule thinks where nothing else is said.
func zoneOf(r *program.Rule) *time.Location {
	name := r.Zone
	if name == "" {
		return time.UTC
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic("engine: the checker let the time zone " + name + " pass")
	}
	return loc
}

// settings gives a source's settings their values: expressions evaluated, paths absolute, names in SQL
// bound.
func settings(src *program.Source, env eval.Env) (schema.Config, error) {
	return settingValues(src.Settings, src.Dir, "source "+src.Name, env)
}

// settingValues evaluates settings of what, whose paths count from dir.
func settingValues(list []program.Setting, dir, what string, env eval.Env) (schema.Config, error) {
	cfg := schema.Config{}
	for _, s := range list {
		v, err := eval.Scalar(s.Value, env)
		if err != nil {
			return nil, fmt.Errorf("setting %s of %s: %w", s.Name, what, err)
		}
		if v.Null {
			return nil, fmt.Errorf("setting %s of %s is null", s.Name, what)
		}
		switch s.Value.Type.Kind {
		case schema.Path:
			v.Type, v.Text = schema.Type{Kind: schema.Path}, absolute(dir, v.Text)
		case schema.List:
			if elem := s.Value.Type.Elem; elem != nil && elem.Kind == schema.Path {
				for i := range v.List {
					v.List[i].Type, v.List[i].Text = *elem, absolute(dir, v.List[i].Text)
				}
			}
		case schema.SQL, schema.Secret:
			v.Type = s.Value.Type
		}
		for _, b := range s.Params {
			bound, err := eval.Scalar(b.Value, env)
			if err != nil {
				return nil, fmt.Errorf("parameter :%s in %s of %s: %w", b.Name, s.Name, what, err)
			}
			if v.Params == nil {
				v.Params = map[string]schema.Value{}
			}
			v.Params[b.Name] = bound
		}
		cfg[s.Name] = v
	}
	return cfg, nil
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	if full, err := filepath.Abs(filepath.Join(dir, path)); err == nil {
		return full
	}
	return filepath.Join(dir, path)
}
