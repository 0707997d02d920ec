package csv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

func decimalType(precision, scale int32) schema.Type {
	return schema.Type{Kind: schema.Decimal, Precision: precision, Scale: scale}
}

func drawDigits(t *rapid.T, most int) string {
	n := rapid.IntRange(0, most).Draw(t, "digits")
	if rapid.IntRange(0, 3).Draw(t, "zeros") == 0 {
		return strings.Repeat("0", n)
	}
	return rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), n, n, -1).Draw(t, "number")
}

// drawValue draws a text that looks like a value, or nearly.
func drawValue(t *rapid.T) string {
	var s string
	switch rapid.IntRange(0, 4).Draw(t, "shape") {
	case 0:
		s = drawDigits(t, 20)
	case 1:
		s = drawDigits(t, 20) + "." + drawDigits(t, 20)
	case 2:
		s = fmt.Sprintf("%04d-%02d-%02d", rapid.IntRange(0, 2500).Draw(t, "y"), rapid.IntRange(0, 13).Draw(t, "m"), rapid.IntRange(0, 32).Draw(t, "d"))
	case 3:
		s = fmt.Sprintf("%04d-%02d-%02d%s%02d:%02d:%02d%s", rapid.IntRange(1960, 2040).Draw(t, "y"), rapid.IntRange(1, 12).Draw(t, "m"), rapid.IntRange(1, 29).Draw(t, "d"),
			rapid.SampledFrom([]string{" ", "T"}).Draw(t, "T"), rapid.IntRange(0, 24).Draw(t, "h"), rapid.IntRange(0, 60).Draw(t, "min"), rapid.IntRange(0, 60).Draw(t, "s"),
			rapid.SampledFrom([]string{"", "", "Z", "+08:00", ".5", ".123456Z"}).Draw(t, "zone"))
	default:
		s = rapid.SampledFrom([]string{"", "true", "false", "1e3", "NULL", "-", "+1", "{}", "中"}).Draw(t, "other")
	}
	if rapid.IntRange(0, 4).Draw(t, "minus") == 0 {
		s = "-" + s
	}
	if s != "" && rapid.IntRange(0, 9).Draw(t, "spoilt") == 0 {
		i := rapid.IntRange(0, len(s)-1).Draw(t, "at")
		s = s[:i] + rapid.SampledFrom([]string{"", "/", ":", "a", " ", ".", "-", "\u00a0", "٣"}).Draw(t, "by") + s[i+1:]
	}
	return strings.ToValidUTF8(s, "?")
}

// TestValuesAreThoseOfAppendText reads values in every way the fill functions know, and has each
// judged by batch.Column.AppendText.
func TestValuesAreThoseOfAppendText(t *testing.T) {
	dir := t.TempDir()
	types := []schema.Type{
		{Kind: schema.String}, {Kind: schema.Integer}, decimalType(18, 2), decimalType(18, 0), decimalType(18, 18), decimalType(5, 4), decimalType(38, 2), decimalType(38, 30), decimalType(19, 18),
		{Kind: schema.Date}, {Kind: schema.Timestamp}, {Kind: schema.Boolean}, {Kind: schema.Float}, {Kind: schema.JSON}, {Kind: schema.Enum, Values: []string{"a"}}, {Kind: schema.Bytes},
	}
	zones := []string{"", "Asia/Shanghai", "America/New_York"}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		values := rapid.SliceOfN(rapid.Custom(drawValue), 1, 40).Draw(t, "values")
		nulls := rapid.SampledFrom([][]string{nil, {"NULL"}, {"0", "1970-01-01"}}).Draw(t, "nulls")
		file := "a,b,c\n"
		for i, v := range values {
			switch i % 3 {
			case 0:
				file += v + `,"` + v + `",` + v + "\n"
			case 1:
				file += v + "," + v + "," + v + "\r\n"
			default:
				file += v + "," + v + `,"` + v + "\"\r\n"
			}
		}
		quoted := func(row, column int) bool { return row%3 == 0 && column == 1 || row%3 == 2 && column == 2 }
		path := filepath.Join(dir, "values.csv")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		typ := rapid.SampledFrom(types).Draw(t, "type")
		cfg := naive{delimiter: ",", quote: `"`, header: true, nulls: nulls}.config(path)
		columns := []schema.Column{{Name: "a", Type: typ}, {Name: "b", Type: typ}, {Name: "c", Type: typ}}
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		row := 0
		err = source{rapid.IntRange(30, 500).Draw(t, "block"), rapid.IntRange(1, 4).Draw(t, "fillers")}.Read(context.Background(), sdk.ReadRequest{Config: cfg, Columns: columns, Zone: zone, BadRows: true, Rows: rapid.IntRange(1, 50).Draw(t, "rows")}, func(b *batch.Batch) error {
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
			bad := b.Bad
			for i := range b.Rows {
				text := values[row]
				for c := range columns {
					want := batch.NewBuilder(typ)
					null := text == "" && !quoted(row, c)
					for _, n := range nulls {
						null = null || n == text
					}
					problem := ""
					if null {
						want.Column(0).AppendNull()
					} else if problem = want.Column(0).AppendText([]byte(text), batch.NewZone(loc)); problem != "" {
						want.Column(0).AppendNull()
					}
					if got, want := b.Columns[c].Value(i), want.Column(0).Value(0); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Fatalf("%s %q is %v (%+v), want %v", typ, text, got, got, want)
					}
					if problem != "" {
						if len(bad) == 0 || bad[0] != (batch.BadValue{Row: i, Column: c, Line: int64(row + 2), Text: text, Reason: problem}) {
							t.Fatalf("%s %q at row %d of the batch, column %d: bad values %+v", typ, text, i, c, bad)
						}
						bad = bad[1:]
					}
				}
				row++
			}
			if len(bad) > 0 {
				t.Fatalf("too many bad values: %+v", bad)
			}
			return nil
		})
		if err != nil || row != len(values) {
			t.Fatalf("%d rows of %d, error %v", row, len(values), err)
		}
	})
}

// TestDecimalsOfAllLengths compares the fast reader of decimals with the exact one for
// every number of digits on both sides of the point.
func TestDecimalsOfAllLengths(t *testing.T) {
	const digits = "91827364554637281900"
	for scale := int32(0); scale <= 18; scale++ {
		c := batch.NewBuilder(decimalType(38, scale)).Column(0)
		for whole := range 20 {
			for part := range 20 {
				for _, format := range []string{"%s", "%s.%s", "-%s.%s", "-%s"} {
					text := fmt.Appendf(nil, format, digits[:whole], digits[20-part:])
					if !strings.Contains(format, ".") {
						text = fmt.Appendf(nil, format, digits[:whole])
					}
					padded := append(make([]byte, margin), text...)
					got, ok := parseDecimal(append(padded, make([]byte, margin)...), margin, len(padded), int(scale))
					problem := c.AppendText(text, nil)
					if ok && (problem != "" || c.Nums[0] != decimal.FromInt64(got)) {
						t.Fatalf("%s at scale %d is %d, want %v (%s)", text, scale, got, c.Nums, problem)
					}
					if short := whole+max(part, int(scale)) <= 18; !ok && problem == "" && short && part <= int(scale) {
						t.Fatalf("%s at scale %d is left to the slow reader", text, scale)
					}
					c.Nums = c.Nums[:0]
				}
			}
		}
	}
}

// TestPrecision reads the largest numbers that fit, and the next.
func TestPrecision(t *testing.T) {
	var file strings.Builder
	var columns []schema.Column
	header, first, second := []string{}, []string{}, []string{}
	for p := int32(1); p <= 38; p++ {
		name := fmt.Sprint("p", p)
		columns = append(columns, schema.Column{Name: name, Type: decimalType(p, p/2)})
		nines := strings.Repeat("9", int(p))
		fits, next := nines[:p-p/2], "1"+strings.Repeat("0", int(p-p/2))
		if p > 1 {
			fits, next = fits+"."+nines[:p/2], next+"."+strings.Repeat("0", int(p/2))
		}
		header, first, second = append(header, name), append(first, "-"+fits), append(second, next)
	}
	fmt.Fprintf(&file, "%s\n%s\n%s\n", strings.Join(header, ","), strings.Join(first, ","), strings.Join(second, ","))
	rows, err := rowsOf(t, New(), sdk.ReadRequest{Config: settings(write(t, "f.csv", file.String()) + "/f.csv"), Columns: columns, BadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := `"` + strings.Join(first, `" "`) + `"`; rows[0].fields != want || rows[0].bad != "" {
		t.Errorf("got %s %s, want %s", rows[0].fields, rows[0].bad, want)
	}
	if n := strings.Count(rows[1].bad, "line 3 not a decimal"); n != 38 {
		t.Errorf("%d of 38 numbers are found too large: %s", n, rows[1].bad)
	}
}

// TestEveryDate compares the fast reader of dates with the exact one for every day from
// the year 1 to 3000, and days that do not exist.
func TestEveryDate(t *testing.T) {
	b := batch.NewBuilder(schema.Type{Kind: schema.Date})
	c := b.Column(0)
	for y := 1; y <= 3000; y++ {
		for m := 1; m <= 12; m++ {
			for d := 1; d <= 31; d++ {
				text := []byte{byte('0' + y/1000), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10), '-', byte('0' + m/10), byte('0' + m%10), '-', byte('0' + d/10), byte('0' + d%10)}
				problem := c.AppendText(text, nil)
				days, ok := parseDate(text)
				if ok && (problem != "" || c.Ints[0] != days) || !ok && problem == "" && (m != 2 || d != 29) {
					t.Fatalf("%s is %d (%t), want %v (%s)", text, days, ok, c.Ints, problem)
				}
				c.Ints = c.Ints[:0]
			}
		}
	}
}
