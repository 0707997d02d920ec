package wire

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"os"
	"strings"
	"testing"
)

// accepting is the host's end as go-plugin completes it with the plugin's certificate.
func accepting(t *testing.T, host *tls.Config, certificate string) *tls.Config {
	t.Helper()
	der, err := base64.RawStdEncoding.DecodeString(certificate)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	cfg := host.Clone()
	cfg.RootCAs = x509.NewCertPool()
	cfg.RootCAs.AddCert(cert)
	return cfg
}

// TestOnlyTheOtherIsAccepted connects a host and a plugin that know each other's certificates, and those of which one is somebody else.
func TestOnlyTheOtherIsAccepted(t *testing.T) {
	host, env, err := hostTLS()
	if err != nil {
		t.Fatal(err)
	}
	hostCert, ok := strings.CutPrefix(env, clientCertEnv+"=")
	if !ok {
		t.Fatalf("the host hands over %q", env)
	}
	plugin, pluginCert, err := pluginTLS(hostCert)
	if err != nil {
		t.Fatal(err)
	}
	stranger, strangerEnv, err := hostTLS()
	if err != nil {
		t.Fatal(err)
	}
	impostor, _, err := pluginTLS(strings.TrimPrefix(strangerEnv, clientCertEnv+"="))
	if err != nil {
		t.Fatal(err)
	}
	nobody := &tls.Config{ServerName: certificateName}
	for _, c := range []struct {
		name           string
		client, server *tls.Config
		want           bool
	}{
		{"the host and its plugin", accepting(t, host, pluginCert), plugin, true},
		{"another host", accepting(t, stranger, pluginCert), plugin, false},
		{"a client without a certificate", accepting(t, nobody, pluginCert), plugin, false},
		{"another plugin", accepting(t, host, pluginCert), impostor, false},
		{"a plugin that gave no certificate", host, plugin, false},
	} {
		a, b := net.Pipe()
		served := make(chan error, 1)
		go func() {
			defer b.Close()
			conn := tls.Server(b, c.server)
			err := conn.Handshake()
			if err == nil {
				_, err = conn.Write([]byte("hello"))
			}
			served <- err
		}()
		conn := tls.Client(a, c.client)
		_, err := conn.Read(make([]byte, 5)) // in TLS 1.3 a client learns only so that it was refused
		a.Close()
		if serverErr := <-served; (err == nil && serverErr == nil) != c.want {
			t.Errorf("%s: the client has %v, the server %v", c.name, err, serverErr)
		}
	}
	if _, _, err := pluginTLS("no certificate"); err == nil {
		t.Error("a host's certificate that is none was taken")
	}
}

// TestCompleteHandshake puts the certificate into the line of go-plugin, and leaves a line alone that is not as expected.
func TestCompleteHandshake(t *testing.T) {
	for line, want := range map[string]string{"1|1|unix|/s|grpc|": "1|1|unix|/s|grpc|CERT", "1|1|unix|/s|grpc|OTHER": "1|1|unix|/s|grpc|OTHER"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		before := os.Stdout
		os.Stdout = w
		err = completeHandshake("CERT")
		if err == nil {
			_, err = os.Stdout.WriteString(line + "\n")
		}
		os.Stdout = before
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 100)
		n, err := r.Read(got)
		if err != nil || string(got[:n]) != want+"\n" {
			t.Errorf("%q becomes %q, %v; want %q", line, got[:n], err, want)
		}
		r.Close()
		w.Close()
	}
}
