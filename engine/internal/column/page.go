package column

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
)

// PageSize is the size of a page. Smaller ones cost calls to the disk, larger ones memory: every partition of every side
// has one that is partly empty.
const PageSize = 32 << 10

// page is rows one after the other. A row that does not fit PageSize has a page of its own.
type page []byte

// Pool hands out pages and takes them back, and knows how many bytes are in use. It is safe for concurrent use.
type Pool struct {
	mu   sync.Mutex
	free []page
	made int64
	used atomic.Int64
}

// Made is how many bytes of pages were ever made, but those of single rows.
func (p *Pool) Made() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.made
}

// Used is how many bytes of pages are in use.
func (p *Pool) Used() int64 { return p.used.Load() }

// get gives an empty page for at least size bytes.
func (p *Pool) get(size int) page {
	if size > PageSize {
		p.used.Add(int64(size))
		return make(page, 0, size)
	}
	p.used.Add(PageSize)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		const slab = 8
		b := make([]byte, slab*PageSize)
		p.made += slab * PageSize
		for i := range slab {
			p.free = append(p.free, b[i*PageSize:i*PageSize:(i+1)*PageSize])
		}
	}
	last := len(p.free) - 1
	got := p.free[last]
	p.free = p.free[:last]
	return got
}

func (p *Pool) put(pages ...page) {
	bytes := 0
	p.mu.Lock()
	for _, g := range pages {
		bytes += cap(g)
		if cap(g) == PageSize {
			p.free = append(p.free, g[:0])
		}
	}
	p.mu.Unlock()
	p.used.Add(-int64(bytes))
}

// next is the row at offset at, and the offset after it.
func (g page) next(at int) (Row, int) {
	end := at + int(binary.LittleEndian.Uint32(g[at+sizeAt:]))
	return Row(g[at:end:end]), end
}
