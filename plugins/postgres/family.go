package postgres

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/recon-lang/recon/sdk/schema"
)

// family is the group of a type of the server, as far as reading and comparing goes.
type family uint8

const (
	other     family = iota // read as text
	whole                   // int2, int4, int8
	numeric                 // numeric
	float                   // float4, float8
	boolean                 // bool
	text                    // text, varchar, name, enums: text on the wire as in a cast
	padded                  // char(n): a cast to text strips its spaces
	day                     // date
	civilTime               // timestamp without time zone
	instant                 // timestamp with time zone
	document                // json, jsonb
	blob                    // bytea
)

func familyOf(oid uint32) family {
	switch oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return whole
	case pgtype.NumericOID:
		return numeric
	case pgtype.Float4OID, pgtype.Float8OID:
		return float
	case pgtype.BoolOID:
		return boolean
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.NameOID:
		return text
	case pgtype.BPCharOID:
		return padded
	case pgtype.DateOID:
		return day
	case pgtype.TimestampOID:
		return civilTime
	case pgtype.TimestamptzOID:
		return instant
	case pgtype.JSONOID, pgtype.JSONBOID:
		return document
	case pgtype.ByteaOID:
		return blob
	}
	return other
}

// readable reports whether values of f can be delivered as kind, as far as the types tell.
func readable(f family, kind schema.Kind) bool {
	switch kind {
	case schema.String, schema.Enum:
		return true
	case schema.Integer, schema.Decimal, schema.Float:
		return f == whole || f == numeric || f == float || f == text || f == padded || f == other
	case schema.Boolean:
		return f == boolean || f == whole || f == text || f == padded || f == other
	case schema.Date:
		return f == day || f == text || f == padded || f == other
	case schema.Timestamp:
		return f == instant || f == civilTime || f == day || f == text || f == padded || f == other
	case schema.JSON:
		return f == document || f == text || f == padded || f == other
	case schema.Bytes:
		return f == blob || f == text || f == padded || f == other
	}
	return false
}

// typeOf is the type that a column has for the language. Labels are those of an enum.
func typeOf(oid uint32, modifier int32, labels []string) schema.Type {
	switch f := familyOf(oid); f {
	case whole:
		return schema.Type{Kind: schema.Integer}
	case numeric:
		return numericType(modifier)
	case float:
		return schema.Type{Kind: schema.Float}
	case boolean:
		return schema.Type{Kind: schema.Boolean}
	case day:
		return schema.Type{Kind: schema.Date}
	case civilTime, instant:
		return schema.Type{Kind: schema.Timestamp}
	case document:
		return schema.Type{Kind: schema.JSON}
	case blob:
		return schema.Type{Kind: schema.Bytes}
	}
	if len(labels) > 0 {
		return schema.Type{Kind: schema.Enum, Values: labels}
	}
	return schema.Type{Kind: schema.String}
}

// numericType unpacks the modifier of numeric(p, s), where s may be negative or above p.
func numericType(modifier int32) schema.Type {
	if modifier < 4 {
		return schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 10}
	}
	precision, scale := (modifier-4)>>16&0xffff, (modifier-4)&0x7ff
	if scale > 1000 {
		scale -= 2048
	}
	if scale < 0 {
		precision, scale = precision-scale, 0
	}
	scale = min(scale, 38)
	return schema.Type{Kind: schema.Decimal, Precision: min(max(precision, scale), 38), Scale: scale}
}

func (f family) String() string {
	return [...]string{"of another type", "an integer", "numeric", "a float", "boolean", "text", "char(n)", "a date", "a timestamp", "a timestamp", "json", "bytea"}[f]
}

func placeholder(i int) string { return fmt.Sprintf("$%d", i) }
