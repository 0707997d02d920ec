package column

import (
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Gather makes to the rows of c that sel lists, in that order; a negative one is a null. It keeps to's buffers.
func Gather(to, c *batch.Column, sel []int32) {
	to.Reset(c.Type)
	layout := c.Type.Layout()
	if layout == schema.Varlen {
		to.Offsets = append(to.Offsets, 0)
	}
	Append(to, c, sel)
}

// Append appends the rows of c that sel lists to a column of its layout; a negative one is a null.
func Append(to, c *batch.Column, sel []int32) {
	layout := c.Type.Layout()
	for _, i := range sel {
		if i < 0 || c.IsNull(int(i)) {
			to.AppendNull()
			continue
		}
		switch layout {
		case schema.Varlen:
			to.AppendBytes(c.Raw(int(i)))
		case schema.Int128:
			to.AppendNum(c.Nums[i])
		case schema.Float64:
			to.AppendFloat(c.Floats[i])
		default:
			to.AppendInt(c.Ints[i])
		}
	}
}

// GatherBits is the bits of the rows that sel lists; a negative one is not set. It keeps the buffer to.
func GatherBits(to, bits []byte, sel []int32) []byte {
	to = append(to[:0], make([]byte, (len(sel)+7)/8)...)
	for k, i := range sel {
		if i >= 0 && bits[i>>3]&(1<<(i&7)) != 0 {
			to[k>>3] |= 1 << (k & 7)
		}
	}
	return to
}
