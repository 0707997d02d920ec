package column

import "encoding/binary"

// Records keeps byte strings by partition on disk, in no order. It is for one goroutine.
type Records struct {
	file  file
	parts []recordPart
}

type recordPart struct {
	buf     []byte // a length and a record, one after the other
	extents []extent
}

// recordBuffer is how many bytes of a partition are gathered before they are written.
const recordBuffer = 16 << 10

// NewRecords makes an empty store of so many partitions. Nothing is written before there is something to write.
func NewRecords(dir *Dir, partitions int) *Records {
	return &Records{file: file{dir: dir}, parts: make([]recordPart, partitions)}
}

// Add appends a copy of a record to a partition.
func (r *Records) Add(partition int, record []byte) error {
	p := &r.parts[partition]
	if len(p.buf)+len(record)+4 > recordBuffer && len(p.buf) > 0 {
		e, err := r.file.write(p.buf)
		if err != nil {
			return err
		}
		p.extents, p.buf = append(p.extents, e), p.buf[:0]
	}
	p.buf = binary.LittleEndian.AppendUint32(p.buf, uint32(len(record)))
	p.buf = append(p.buf, record...)
	return nil
}

// Each calls visit for each record of a partition, and forgets them. A record is valid during the call only.
func (r *Records) Each(partition int, visit func([]byte) error) error {
	p := &r.parts[partition]
	each := func(b []byte) error {
		for len(b) > 0 {
			n := int(binary.LittleEndian.Uint32(b))
			if err := visit(b[4 : 4+n]); err != nil {
				return err
			}
			b = b[4+n:]
		}
		return nil
	}
	var buf []byte
	for _, e := range p.extents {
		if cap(buf) < e.size {
			buf = make([]byte, e.size)
		}
		buf = buf[:e.size]
		if err := r.file.read(e, buf); err != nil {
			return err
		}
		if err := each(buf); err != nil {
			return err
		}
	}
	err := each(p.buf)
	*p = recordPart{}
	return err
}

// Close removes the file.
func (r *Records) Close() { r.file.close() }
