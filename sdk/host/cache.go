package host

import (
	"os"
	"path/filepath"

	"github.com/recon-lang/recon/sdk/internal/wire"
)

// cacheFolder is where descriptions are kept: a user without a home, as in many
// containers, has no cache, and every description starts the plugin.
func cacheFolder(wanted string) string {
	if wanted != "" {
		return wanted
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "recon", "plugins")
}

// descriptionFile names the file of a description. The version is that of its form.
func (p *Pool) descriptionFile(hash string) string { return filepath.Join(p.cache, hash+".v2") }

// cached is the description that was kept for a program. A cache that cannot be read is
// none.
func (p *Pool) cached(hash string) (wire.Offer, bool) {
	if p.cache == "" {
		return wire.Offer{}, false
	}
	data, err := os.ReadFile(p.descriptionFile(hash))
	if err != nil {
		return wire.Offer{}, false
	}
	d, err := wire.UnmarshalDescription(data)
	return d, err == nil
}

// keep keeps a description. It is written whole or not at all, since other processes read
// it; where that fails, the next one starts the plugin again.
func (p *Pool) keep(hash string, d wire.Offer) {
	if p.cache == "" {
		return
	}
	data, err := wire.MarshalDescription(d)
	if err != nil || os.MkdirAll(p.cache, 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(p.cache, hash+".*")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), p.descriptionFile(hash))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}
