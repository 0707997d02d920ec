package csv

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// filler makes batches of indexed rows.
type filler struct {
	req  sdk.ReadRequest
	o    *options
	emit func(*batch.Batch) error
	loc  *time.Location
	zone *batch.Zone // nil: UTC
	rows int         // per batch

	batch   batch.Batch
	columns []column
	copies  int   // the most columns that hold the same text of a row
	next    int64 // number of the next row in its file

	nullLengths uint64 // bit n: a field of n bytes (63: or more) without quotes may be one of the null texts
	scratch     []byte

	x     *index // of the rows being added
	from  int    // the first of them
	base  int    // where the batch has it
	fault error

	starts, ends [stripRows]uint32 // of the fields being read
}

// column is a column of the batch.
type column struct {
	*batch.Column
	at    int // index in the batch
	name  string
	field int // index in the file's rows
	last  bool
	fill  func(f *filler, c *column, n int) int
	valid []byte // kept between batches

	precision uint64 // of a decimal of layout Int64: 10^precision
}

func newFiller(req sdk.ReadRequest, o *options, loc *time.Location, emit func(*batch.Batch) error) *filler {
	f := &filler{req: req, o: o, emit: emit, loc: loc, rows: req.BatchRows(), copies: 1}
	if loc != time.UTC {
		f.zone = batch.NewZone(loc)
	}
	f.batch.Columns = make([]batch.Column, len(req.Columns))
	f.columns = make([]column, len(req.Columns))
	held := map[string]int{}
	for i, c := range req.Columns {
		if c.Type.Layout() == schema.Varlen {
			held[c.Name]++
			f.copies = max(f.copies, held[c.Name])
		}
		f.batch.Columns[i].Type = c.Type
		f.columns[i] = column{Column: &f.batch.Columns[i], at: i, name: c.Name, fill: fillFor(c.Type)}
		if c.Type.Kind == schema.Decimal && c.Type.Precision <= 18 {
			f.columns[i].precision = pow10[c.Type.Precision]
		}
	}
	for _, text := range o.nulls {
		f.nullLengths |= 1 << min(len(text), 63)
	}
	f.reset()
	return f
}

// wanted is the names of the columns asked for.
func (f *filler) wanted() []string {
	names := make([]string, len(f.columns))
	for i := range f.columns {
		names[i] = f.columns[i].name
	}
	return names
}

// begin starts a file.
func (f *filler) begin(file file, h *header) error {
	if names := f.wanted(); !h.holds(names) {
		if err := h.suspectDelimiter(file.path, f.o); err != nil {
			return err
		}
		return h.missing(file.path, names)
	}
	for i := range f.columns {
		c := &f.columns[i]
		c.field = slices.Index(h.names, c.name)
		c.last = c.field == h.fields-1
		if n := h.count(c.name); n > 1 {
			return &sdk.Error{Setting: "columns", Message: fmt.Sprintf("%s has %d columns named %q in its header", file.path, n, c.name), Hint: `set header = "none" and skip = ` + fmt.Sprint(h.line) + ", and name the columns c1, c2, …"}
		}
	}
	f.batch.Origin = file.name
	f.next = 1
	return nil
}

// add adds all rows of x, emitting batches as they get full.
func (f *filler) add(x *index) error {
	f.x = x
	for from := 0; from < x.rows; {
		if err := x.t.ctx.Err(); err != nil {
			return err
		}
		n := min(x.rows-from, f.rows-f.batch.Rows, stripRows)
		n, size := f.measure(from, n)
		if size > batch.MaxBytes {
			line := x.lineOf(from, int(x.pos[from*x.h.fields])+1)
			return &sdk.Error{Message: fmt.Sprintf("%s, line %d: the row takes %d bytes, and at most %d are possible", x.t.path, line, size, batch.MaxBytes)}
		}
		if f.batch.Rows > 0 && f.batch.Size()+size > batch.MaxBytes {
			if err := f.flush(); err != nil {
				return err
			}
			continue
		}
		if err := f.strip(from, n); err != nil {
			return err
		}
		from += n
		if f.batch.Rows >= f.rows || f.batch.Size() > manyBytes {
			if err := f.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// manyBytes is how large a batch gets before it is emitted, however few rows it has: each is in memory several times on its way, and larger ones
// are not worked off sooner.
const manyBytes = batch.MaxBytes / 4

const (
	// Rows are turned into columns a strip at a time, so that their text stays in the
	// processor's first cache while one column after the other is read from it.
	stripRows  = 256
	stripBytes = 64 << 10
)

// measure is how many of n rows make a strip, at least one, and the most bytes that they
// can take in a batch.
func (f *filler) measure(from, n int) (int, int) {
	width := f.x.h.fields
	start := int(f.x.pos[from*width])
	for n > 1 && int(f.x.pos[(from+n)*width])-start > stripBytes {
		n /= 2
	}
	return n, f.copies*(int(f.x.pos[(from+n)*width])-start) + n*17*len(f.columns)
}

// strip adds rows to the batch.
func (f *filler) strip(from, n int) error {
	x := f.x
	f.from, f.base, f.fault = from, f.batch.Rows, nil
	if f.base == 0 {
		f.batch.FirstRow = f.next
	}
	for i := 0; i < len(f.columns) && n > 0; i++ {
		c := &f.columns[i]
		if c.Valid != nil {
			c.validate(f.base + n)
		}
		// Of several faults the one of the first row counts, so the others need not look further.
		n = c.fill(f, c, n)
	}
	if f.fault != nil {
		return f.fault
	}
	for _, b := range x.bad {
		if b.Row >= from && b.Row < from+n {
			b.Row += f.base - from
			f.batch.Bad = append(f.batch.Bad, b)
		}
	}
	f.batch.Rows += n
	f.next += int64(n)
	return nil
}

// flush emits the batch, if it has rows, and starts another.
func (f *filler) flush() error {
	if f.batch.Rows == 0 {
		return nil
	}
	if extra := uint(f.batch.Rows) & 7; extra != 0 {
		for i := range f.columns {
			if v := f.columns[i].Valid; v != nil {
				v[len(v)-1] &= 1<<extra - 1
			}
		}
	}
	slices.SortFunc(f.batch.Bad, func(a, b batch.BadValue) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column))
	})
	if err := f.emit(&f.batch); err != nil {
		return err
	}
	f.reset()
	return nil
}

func (f *filler) reset() {
	f.batch.Rows, f.batch.FirstRow, f.batch.Bad = 0, 0, f.batch.Bad[:0]
	for i := range f.columns {
		c := &f.columns[i]
		if c.Valid != nil {
			c.valid = c.Valid
		}
		c.Reset(c.Type)
		if c.Type.Layout() == schema.Varlen {
			c.Offsets = append(c.Offsets, 0)
		}
	}
}

// validate makes the column have bits for rows rows, those that are new set. The bits
// above the last row are set too; flush clears them.
func (c *column) validate(rows int) {
	for len(c.Valid) < (rows+7)/8 {
		c.Valid = append(c.Valid, 0xff)
	}
}

// null makes row of the batch, of those up to rows, a null.
func (c *column) null(row, rows int) {
	if c.Valid == nil {
		c.Valid = append(c.valid[:0], 0) // so that it is not nil
		c.Valid[0] = 0xff
		c.validate(rows)
	}
	c.Valid[row>>3] &^= 1 << (row & 7)
}

// field is where field c of row i of the strip is: buf[start:end], quotes included.
func (f *filler) field(c *column, i int) (start, end int) {
	p := (f.from+i)*f.x.h.fields + c.field
	start, end = int(f.x.pos[p])+1, int(f.x.pos[p+1])
	if c.last && end > start && f.x.buf[end-1] == '\r' {
		end--
	}
	return start, end
}

// slow reads field c of row i of a strip of n rows as exactly as can be, into the place
// of that row: its column is cut to the rows before. It is false if the value does not fit
// and that ends the read.
func (f *filler) slow(c *column, i, n int) bool {
	start, end := f.field(c, i)
	field := f.x.buf[start:end]
	quoted := len(field) > 0 && field[0] == f.o.quote
	if quoted {
		f.scratch = f.o.unquote(f.scratch[:0], field)
		field = f.scratch
	}
	var problem string
	if len(field) == 0 && !quoted || f.o.isNull(field) {
		c.null(f.base+i, f.base+n)
	} else if problem = c.AppendText(field, f.zone); problem == "" {
		return true
	} else if f.req.BadRows {
		c.null(f.base+i, f.base+n)
		f.batch.Bad = append(f.batch.Bad, batch.BadValue{Row: f.base + i, Column: c.at, Line: f.x.lineOf(f.from+i, start),
			Text: clip(field, batch.MaxBadText), Reason: problem})
	} else {
		f.fault = f.unfit(c, i, start, field, problem)
		return false
	}
	c.AppendNull() // the bit is clear already; this puts a zero below it
	return true
}

// unfit is the error for a value of row i of the strip.
func (f *filler) unfit(c *column, i, start int, value []byte, problem string) error {
	e := &sdk.Error{Message: fmt.Sprintf("%s, line %d, column %q: %q is %s", f.x.t.path, f.x.lineOf(f.from+i, start), c.name, clip(value, 60), problem)}
	switch {
	case len(value) == 0:
		e.Hint = `a quoted empty field is the empty text; if it means null here, set null = [""]`
	case len(bytes.TrimSpace(value)) < len(value):
		e.Hint = "set trim = true to leave out the spaces around it"
	case c.Type.Kind == schema.Date || c.Type.Kind == schema.Timestamp:
		e.Hint = "read the column as text and use parse_time for other ways to write it"
	}
	return e
}
