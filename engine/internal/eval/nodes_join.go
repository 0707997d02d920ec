package eval

import (
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// joinNode is an interpolated text: texts and numbers one after the other, null where one of them is.
type joinNode struct {
	parts []node
	vecs  []*vec
	out   vec
	valid [2][]byte
}

func (n *joinNode) form() form { return form{typ: schema.Type{Kind: schema.String}, in: inBytes} }

func (n *joinNode) eval(r *run) *vec {
	n.vecs, n.out.valid = n.vecs[:0], nil
	for k, p := range n.parts {
		v := p.eval(r)
		n.vecs = append(n.vecs, v)
		n.out.valid = both(&n.valid[k&1], n.out.valid, v.valid, r.rows)
	}
	offsets, out := append(n.out.offsets[:0], 0), n.out.bytes[:0]
	for i := range r.rows {
		if isSet(n.out.valid, i) {
			for k, v := range n.vecs {
				out = n.parts[k].form().appendText(out, v, i)
			}
		}
		offsets = append(offsets, int32(len(out)))
	}
	n.out.offsets, n.out.bytes = offsets, out
	return &n.out
}

// appendText appends a value as schema.Value prints it.
func (f form) appendText(dst []byte, v *vec, i int) []byte {
	switch f.in {
	case inBytes:
		return append(dst, v.bytes[v.offsets[i]:v.offsets[i+1]]...)
	case inNums:
		return decimal.Append(dst, v.nums[i], f.scale())
	}
	return decimal.Append(dst, decimal.FromInt64(v.ints[i]), f.scale())
}

// join compiles an interpolated text of texts and exact numbers.
func (c *compiler) join(e *program.Expr) (node, error) {
	parts, err := c.nodes(e.Args)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		f := p.form()
		if v, ok := constant(p); ok && v.Null || !isText(f.typ.Kind) && !f.isNumber() {
			return nil, errSlow
		}
	}
	return &joinNode{parts: parts}, nil
}
