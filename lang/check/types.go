package check

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// What a parameter without a scale of its own can hold: a bare decimal ten decimals, a percent
// twelve.
const (
	paramScale   = 10
	percentScale = 12
)

// columnTypes are the types that a column can have, and paramTypes those of a parameter.
var (
	columnTypes = []string{"string", "integer", "decimal", "float", "boolean", "date", "timestamp", "enum", "json", "bytes"}
	paramTypes  = []string{"string", "integer", "decimal", "boolean", "date", "timestamp", "enum", "duration", "percent"}
)

// ColumnTypes are the names of the types that a column can have.
func ColumnTypes() []string { return slices.Clone(columnTypes) }

// ParamTypes are the names of the types that a parameter can have.
func ParamTypes() []string { return slices.Clone(paramTypes) }

var kinds = map[string]schema.Kind{
	"string": schema.String, "integer": schema.Integer, "decimal": schema.Decimal, "float": schema.Float, "boolean": schema.Boolean, "date": schema.Date,
	"timestamp": schema.Timestamp, "enum": schema.Enum, "json": schema.JSON, "bytes": schema.Bytes, "duration": schema.Duration, "percent": schema.Percent,
}

// typeOf is the type that t writes, of a parameter or of a column; its kind is Invalid after a
// report.
func (c *checker) typeOf(t *syntax.Type, param bool) schema.Type {
	allowed := columnTypes
	if param {
		allowed = paramTypes
	}
	kind := kinds[t.Name.Name]
	if kind == schema.Invalid || !slices.Contains(allowed, t.Name.Name) {
		hint := "types are"
		if instead, ok := otherTypes[t.Name.Name]; ok && slices.Contains(allowed, instead) {
			c.add(diag.Diagnostic{Code: diag.UnknownType, Span: t.Name.Span, Message: fmt.Sprintf("unknown type %q", t.Name.Name), Hint: "write " + typeForm(instead)})
			return schema.Type{}
		}
		c.add(diag.Diagnostic{Code: diag.UnknownType, Span: t.Name.Span, Message: fmt.Sprintf("there is no type %q for a %s", t.Name.Name, where(param)),
			Hint: hintNames(t.Name.Name, hint, allowed), Fixes: fixName(t.Name.Span, t.Name.Name, allowed)})
		return schema.Type{}
	}
	switch {
	case kind == schema.Decimal:
		return c.decimalType(t, param)
	case kind == schema.Enum:
		return c.enumType(t)
	case len(t.Args) > 0:
		c.report(diag.UnknownType, t.Span, fmt.Sprintf("%s has no arguments", t.Name.Name), "write "+t.Name.Name)
		return schema.Type{}
	case kind == schema.Percent:
		return schema.Type{Kind: kind, Precision: decimal.MaxDigits, Scale: percentScale}
	}
	return schema.Type{Kind: kind}
}

func where(param bool) string {
	if param {
		return "parameter"
	}
	return "column"
}

func typeForm(name string) string {
	switch name {
	case "decimal":
		return "decimal(18, 2)"
	case "enum":
		return `enum("A", "B")`
	}
	return name
}

// otherTypes are what types are called in other languages.
var otherTypes = map[string]string{
	"int": "integer", "bigint": "integer", "int64": "integer", "smallint": "integer", "long": "integer", "text": "string", "varchar": "string", "char": "string", "str": "string",
	"bool": "boolean", "numeric": "decimal", "number": "decimal", "money": "decimal", "datetime": "timestamp", "time": "timestamp", "timestamptz": "timestamp",
	"double": "float", "real": "float", "blob": "bytes", "binary": "bytes", "jsonb": "json", "interval": "duration",
}

func (c *checker) decimalType(t *syntax.Type, param bool) schema.Type {
	if param && len(t.Args) == 0 {
		return schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: paramScale}
	}
	bad := func(at diag.Span) schema.Type {
		c.report(diag.UnknownType, at, "a decimal says its digits and how many of them stand after the point", "write decimal(18, 2): at most 38 digits, and no more decimals than digits")
		return schema.Type{}
	}
	if len(t.Args) != 2 || t.Args[0].Kind != syntax.Number || t.Args[1].Kind != syntax.Number {
		return bad(t.Span)
	}
	p, err1 := strconv.Atoi(t.Args[0].Value)
	s, err2 := strconv.Atoi(t.Args[1].Value)
	switch {
	case err1 != nil || p < 1 || p > decimal.MaxDigits:
		return bad(t.Args[0].Span)
	case err2 != nil || s < 0 || s > p:
		return bad(t.Args[1].Span)
	}
	return schema.Type{Kind: schema.Decimal, Precision: int32(p), Scale: int32(s)}
}

func (c *checker) enumType(t *syntax.Type) schema.Type {
	e := schema.Type{Kind: schema.Enum}
	for _, a := range t.Args {
		switch {
		case a.Kind != syntax.String:
			c.report(diag.UnknownType, a.Span, "the values of an enum are texts", fmt.Sprintf("write %q", a.Value))
			return schema.Type{}
		case slices.Contains(e.Values, a.Value):
			c.report(diag.UnknownType, a.Span, fmt.Sprintf("the enum lists %q twice", a.Value), "")
			return schema.Type{}
		}
		e.Values = append(e.Values, a.Value)
	}
	if len(e.Values) == 0 {
		c.report(diag.UnknownType, t.Span, "an enum lists its values", `write enum("PAID", "CLOSED")`)
		return schema.Type{}
	}
	return e
}
