package mysql

import (
	"strings"

	"github.com/recon-lang/recon/sdk/schema"
)

// family is the group of a type of the server, as far as reading and comparing goes.
type family uint8

const (
	other     family = iota // read as text
	whole                   // integers of any width, BIT, YEAR
	numeric                 // DECIMAL
	single                  // FLOAT
	double                  // DOUBLE
	text                    // CHAR, VARCHAR, TEXT, ENUM, SET
	day                     // DATE
	civilTime               // DATETIME
	instant                 // TIMESTAMP
	document                // JSON
	blob                    // BINARY, VARBINARY, BLOB, GEOMETRY
)

// familyOf takes the driver's name of a type.
func familyOf(name string) family {
	switch strings.TrimPrefix(name, "UNSIGNED ") {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "BIT", "YEAR":
		return whole
	case "DECIMAL":
		return numeric
	case "FLOAT":
		return single
	case "DOUBLE":
		return double
	case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET":
		return text
	case "DATE":
		return day
	case "DATETIME":
		return civilTime
	case "TIMESTAMP":
		return instant
	case "JSON":
		return document
	case "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "GEOMETRY":
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
		return f == whole || f == numeric || f == single || f == double || f == text || f == other
	case schema.Boolean:
		return f == whole || f == text || f == other
	case schema.Date:
		return f == day || f == text || f == other
	case schema.Timestamp:
		return f == instant || f == civilTime || f == day || f == text || f == other
	case schema.JSON:
		return f == document || f == text || f == other
	case schema.Bytes:
		return f == blob || f == text || f == other
	}
	return false
}

// typeOf is the type that a column has for the language. Precision and scale are those of a DECIMAL.
func typeOf(name string, precision, scale int64) schema.Type {
	switch familyOf(name) {
	case whole:
		return schema.Type{Kind: schema.Integer}
	case numeric:
		return decimalType(precision, scale)
	case single, double:
		return schema.Type{Kind: schema.Float}
	case day:
		return schema.Type{Kind: schema.Date}
	case civilTime, instant:
		return schema.Type{Kind: schema.Timestamp}
	case document:
		return schema.Type{Kind: schema.JSON}
	case blob:
		return schema.Type{Kind: schema.Bytes}
	}
	return schema.Type{Kind: schema.String}
}

// decimalType cuts a DECIMAL of more than 38 digits down to them; longer values are reported when they come.
func decimalType(precision, scale int64) schema.Type {
	scale = min(max(scale, 0), 38)
	return schema.Type{Kind: schema.Decimal, Precision: int32(min(max(precision, scale, 1), 38)), Scale: int32(scale)}
}

func (f family) String() string {
	return [...]string{"of another type", "an integer", "DECIMAL", "FLOAT", "DOUBLE", "text", "DATE", "DATETIME", "TIMESTAMP", "JSON", "binary"}[f]
}
