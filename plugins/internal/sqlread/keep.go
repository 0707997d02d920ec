package sqlread

import "github.com/recon-lang/recon/sdk/batch"

// keep drops the rows of b that do not hold, in place, and gives what is left. A row with a bad value is
// kept: nobody can say whether it fits, and it must not be dropped unseen. The answer holds
// is its own again afterwards, and may be changed.
func keep(b *batch.Batch, holds []bool) (rows int, bad []batch.BadValue) {
	for _, v := range b.Bad {
		holds[v.Row] = true
	}
	bad = b.Bad
	next := 0
	for row, hold := range holds {
		for next < len(bad) && bad[next].Row == row {
			bad[next].Row = rows
			next++
		}
		if hold {
			rows++
		}
	}
	if rows < len(holds) {
		for i := range b.Columns {
			keepColumn(&b.Columns[i], holds)
		}
	}
	return rows, bad
}

func keepColumn(c *batch.Column, holds []bool) {
	to := 0
	for from, hold := range holds {
		if !hold {
			continue
		}
		switch {
		case len(c.Ints) > 0:
			c.Ints[to] = c.Ints[from]
		case len(c.Nums) > 0:
			c.Nums[to] = c.Nums[from]
		case len(c.Floats) > 0:
			c.Floats[to] = c.Floats[from]
		default: // the offset to has been set, as the end of the row before
			n := copy(c.Bytes[c.Offsets[to]:], c.Bytes[c.Offsets[from]:c.Offsets[from+1]])
			// Offsets from on are still needed, and to+1 <= from+1.
			c.Offsets[to+1] = c.Offsets[to] + int32(n)
		}
		if c.Valid != nil {
			valid := c.Valid[from>>3] >> (from & 7) & 1 // read first: both may be the same bit
			c.Valid[to>>3] = c.Valid[to>>3]&^(1<<(to&7)) | valid<<(to&7)
		}
		to++
	}
	switch {
	case len(c.Ints) > 0:
		c.Ints = c.Ints[:to]
	case len(c.Nums) > 0:
		c.Nums = c.Nums[:to]
	case len(c.Floats) > 0:
		c.Floats = c.Floats[:to]
	default:
		c.Offsets = c.Offsets[:to+1]
		c.Bytes = c.Bytes[:c.Offsets[to]]
	}
}
