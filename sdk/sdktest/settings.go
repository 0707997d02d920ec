package sdktest

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// nonsense is what no path, query or secret can be. Nothing listens on port 1.
var nonsense = map[schema.Kind]string{
	schema.Path:   "/no/such/place/recon",
	schema.SQL:    "selekt * frmo nowhere",
	schema.Secret: "nonsense://recon:n0nsense-pa55word@127.0.0.1:1/nowhere",
}

// try reads with another config and returns the first error of Columns and Read.
func (s *subject) try(t *testing.T, cfg schema.Config) error {
	table, err := s.src.Columns(t.Context(), cfg)
	if err == nil {
		req := sdk.ReadRequest{Config: cfg, Columns: s.c.Columns, Zone: s.c.Zone}
		if req.Columns == nil {
			req.Columns = table.Columns
		}
		err = s.src.Read(t.Context(), req, func(*batch.Batch) error { return nil })
	}
	if err != nil {
		s.errs = append(s.errs, err)
	}
	return err
}

// testMistake is the test of a case with Setting.
func (s *subject) testMistake(t *testing.T) {
	err := s.try(t, s.c.Config)
	var e *sdk.Error
	switch {
	case !errors.As(err, &e):
		t.Errorf("got error %v, want an *sdk.Error that names the setting %s", err, s.c.Setting)
	case e.Setting != s.c.Setting || !strings.Contains(err.Error(), s.c.Message):
		t.Errorf("got error %q that names the setting %q, want one that says %q and names %s", err, e.Setting, s.c.Message, s.c.Setting)
	}
}

// testSettings breaks one setting after the other.
func (s *subject) testSettings(t *testing.T) {
	for _, set := range s.about.Settings {
		text, ok := nonsense[set.Type.Kind]
		if !ok || !s.c.Config.Has(set.Name) {
			continue
		}
		cfg := maps.Clone(s.c.Config)
		cfg[set.Name] = schema.Value{Type: set.Type, Text: text}
		err := s.try(t, cfg)
		var e *sdk.Error
		if !errors.As(err, &e) || e.Setting != set.Name && (set.Type.Kind != schema.Secret || e.Setting == "") {
			t.Errorf("with %s = %q, got error %v, want an *sdk.Error that names the setting", set.Name, text, err)
		}
	}
}

// testSecrets looks for secrets in every error that was seen.
func (s *subject) testSecrets(t *testing.T) {
	secrets := secretsOf(schema.Value{Type: schema.Type{Kind: schema.Secret}, Text: nonsense[schema.Secret]})
	for _, v := range s.c.Config {
		secrets = append(secrets, secretsOf(v)...)
	}
	for _, err := range s.errs {
		for _, secret := range secrets {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("an error gives a secret away: %s", strings.ReplaceAll(err.Error(), secret, "***"))
			}
		}
	}
}

// secretsOf are the texts of v that nobody may see: all of it, and the password of a URL.
func secretsOf(v schema.Value) []string {
	if v.Type.Kind != schema.Secret || len(v.Text) < 3 {
		return nil
	}
	secrets := []string{v.Text}
	if u, err := url.Parse(v.Text); err == nil {
		if password, ok := u.User.Password(); ok && len(password) > 2 {
			secrets = append(secrets, password, url.QueryEscape(password))
		}
	}
	return secrets
}
