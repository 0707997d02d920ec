package wire

import (
	"fmt"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// The constants of recon_source.proto and of schema have the same numbers, which a test
// holds; so kinds, operators and claims are converted by their number, after a look at its range.

// maxTypeDepth bounds lists of lists.
const maxTypeDepth = 8

func kindOf(k Kind) schema.Kind {
	if k < 0 || k > Kind_SECRET {
		return schema.Invalid
	}
	return schema.Kind(k)
}

func typeToWire(t schema.Type) *Type {
	w := &Type{Kind: Kind(t.Kind), Precision: t.Precision, Scale: t.Scale, Values: t.Values}
	if t.Elem != nil {
		w.Elem = typeToWire(*t.Elem)
	}
	return w
}

func typeFromWire(w *Type) (schema.Type, error) { return typeAt(w, 0) }

func typeAt(w *Type, depth int) (schema.Type, error) {
	t := schema.Type{Kind: kindOf(w.GetKind()), Precision: w.GetPrecision(), Scale: w.GetScale(), Values: w.GetValues()}
	if t.Kind == schema.Invalid {
		return t, fmt.Errorf("there is no type of number %d", w.GetKind())
	}
	if t.Precision < 0 || t.Precision > decimal.MaxDigits || t.Scale < 0 || t.Scale > 2*decimal.MaxDigits {
		return t, fmt.Errorf("there is no type %s with precision %d and scale %d", t.Kind, t.Precision, t.Scale)
	}
	if w.GetElem() == nil {
		return t, nil
	}
	if depth >= maxTypeDepth {
		return t, fmt.Errorf("a type is nested more than %d deep", maxTypeDepth)
	}
	elem, err := typeAt(w.Elem, depth+1)
	t.Elem = &elem
	return t, err
}

func valueToWire(v schema.Value) *Value {
	w := &Value{Type: typeToWire(v.Type), Null: v.Null, Number: v.Int, Real: v.Float, Text: []byte(v.Text), Unit: v.Unit}
	if v.Type.Kind == schema.Decimal || v.Type.Kind == schema.Percent {
		w.Number, w.High, w.Scale = int64(v.Dec.Coef.Lo), v.Dec.Coef.Hi, v.Dec.Scale
	}
	for _, e := range v.List {
		w.List = append(w.List, valueToWire(e))
	}
	if v.Params != nil {
		w.Params = configToWire(v.Params)
	}
	return w
}

func valueFromWire(w *Value) (schema.Value, error) {
	t, err := typeFromWire(w.GetType())
	if err != nil {
		return schema.Value{}, err
	}
	v := schema.Value{Type: t, Null: w.GetNull(), Float: w.GetReal(), Text: string(w.GetText()), Unit: w.GetUnit()}
	if t.Kind == schema.Decimal || t.Kind == schema.Percent {
		v.Dec = decimal.Decimal{Coef: decimal.Num{Lo: uint64(w.GetNumber()), Hi: w.GetHigh()}, Scale: w.GetScale()}
	} else {
		v.Int = w.GetNumber()
	}
	for _, e := range w.GetList() {
		item, err := valueFromWire(e)
		if err != nil {
			return v, err
		}
		v.List = append(v.List, item)
	}
	if len(w.GetParams()) > 0 {
		v.Params, err = configFromWire(w.Params)
	}
	return v, err
}

func configToWire[M ~map[string]schema.Value](cfg M) map[string]*Value {
	w := make(map[string]*Value, len(cfg))
	for name, v := range cfg {
		w[name] = valueToWire(v)
	}
	return w
}

func configFromWire(w map[string]*Value) (map[string]schema.Value, error) {
	cfg := make(map[string]schema.Value, len(w))
	for name, v := range w {
		value, err := valueFromWire(v)
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", name, err)
		}
		cfg[name] = value
	}
	return cfg, nil
}

func columnsToWire(columns []schema.Column) []*ColumnShape {
	w := make([]*ColumnShape, len(columns))
	for i, c := range columns {
		w[i] = &ColumnShape{Name: c.Name, Type: typeToWire(c.Type), Doc: c.Doc}
	}
	return w
}

// columnsFromWire accepts only types that a column can have.
func columnsFromWire(w []*ColumnShape) ([]schema.Column, error) {
	columns := make([]schema.Column, len(w))
	for i, c := range w {
		t, err := typeFromWire(c.GetType())
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.GetName(), err)
		}
		switch {
		case t.Kind >= schema.Null:
			return nil, fmt.Errorf("column %q: no column has type %s", c.GetName(), t)
		case t.Kind == schema.Decimal && (t.Precision == 0 || t.Scale > t.Precision):
			return nil, fmt.Errorf("column %q: no column has type decimal(%d, %d)", c.GetName(), t.Precision, t.Scale)
		}
		columns[i] = schema.Column{Name: c.GetName(), Type: t, Doc: c.GetDoc()}
	}
	return columns, nil
}

func conditionToWire(c schema.Condition) *Condition {
	w := &Condition{Op: Op(c.Op), Column: c.Column}
	if c.Type.Kind != schema.Invalid {
		w.Type = typeToWire(c.Type)
	}
	for _, v := range c.Values {
		w.Values = append(w.Values, valueToWire(v))
	}
	for _, a := range c.Args {
		w.Args = append(w.Args, conditionToWire(a))
	}
	return w
}

func conditionFromWire(w *Condition) (schema.Condition, error) {
	c := schema.Condition{Op: schema.Op(w.GetOp()), Column: w.GetColumn()}
	if w.GetOp() <= Op_NO_OP || w.GetOp() > Op_IN {
		return c, fmt.Errorf("there is no operator of number %d", w.GetOp())
	}
	var err error
	if w.GetType() != nil {
		if c.Type, err = typeFromWire(w.Type); err != nil {
			return c, err
		}
	}
	for _, v := range w.GetValues() {
		value, err := valueFromWire(v)
		if err != nil {
			return c, err
		}
		c.Values = append(c.Values, value)
	}
	for _, a := range w.GetArgs() {
		arg, err := conditionFromWire(a)
		if err != nil {
			return c, err
		}
		c.Args = append(c.Args, arg)
	}
	return c, nil
}

func requestToWire(r Request) *ReadRequest {
	w := &ReadRequest{
		Config: configToWire(r.Config), Columns: columnsToWire(r.Columns),
		Order: r.Order, Zone: r.Zone, BadRows: r.BadRows, Rows: int64(r.Rows),
	}
	for _, c := range r.Where {
		w.Where = append(w.Where, conditionToWire(c))
	}
	return w
}

func requestFromWire(w *ReadRequest) (r Request, err error) {
	r = Request{Order: w.GetOrder(), Zone: w.GetZone(), BadRows: w.GetBadRows(), Rows: int(w.GetRows())}
	if r.Config, err = configFromWire(w.GetConfig()); err != nil {
		return r, err
	}
	if r.Columns, err = columnsFromWire(w.GetColumns()); err != nil {
		return r, err
	}
	for _, c := range w.GetWhere() {
		cond, err := conditionFromWire(c)
		if err != nil {
			return r, err
		}
		r.Where = append(r.Where, cond)
	}
	return r, nil
}
