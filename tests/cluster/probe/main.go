// What the cluster's own test runs inside pods: it does one thing a runner or an
// operator does there, and says on its output how that went.
//
//	probe report TASK_FILE      echoes the task into the termination message
//	probe write FILE TEXT       writes a file
//	probe hog                   takes memory until the kernel ends it
//	probe ask PATH              asks the API server as a pod does
//	probe fetch URL             GETs a URL
//	probe wait                  until it is told to end
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	serviceAccount     = "/var/run/secrets/kubernetes.io/serviceaccount/"
	terminationMessage = "/dev/termination-log"
)

func main() {
	if len(os.Args) < 2 {
		exit(fmt.Errorf("usage: probe report|write|hog|ask|fetch|wait [argument]..."))
	}
	args := append(os.Args[2:], "", "")
	switch os.Args[1] {
	case "report":
		exit(report(args[0]))
	case "write":
		exit(os.WriteFile(args[0], []byte(args[1]), 0o664))
	case "hog":
		hog()
	case "ask":
		exit(ask(args[0]))
	case "fetch":
		exit(fetch(http.DefaultClient, args[0], ""))
	case "wait":
		wait()
	}
}

func exit(err error) {
	if err != nil {
		fmt.Println("probe:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func report(file string) error {
	task, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fmt.Printf("ran %s\n", task)
	return os.WriteFile(terminationMessage, append([]byte("done: "), task...), 0o644)
}

func hog() {
	var held [][]byte
	for {
		block := make([]byte, 1<<20)
		for i := range block {
			block[i] = 1
		}
		held = append(held, block)
	}
}

// ask reaches the API server by the address and credentials that the kubelet gave this pod.
func ask(path string) error {
	authority, err := os.ReadFile(serviceAccount + "ca.crt")
	if err != nil {
		return err
	}
	token, err := os.ReadFile(serviceAccount + "token")
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
	}
	server := net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	return fetch(client, "https://"+server+path, string(token))
}

func fetch(client *http.Client, url, token string) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	fmt.Println("status", answer.StatusCode)
	_, err = io.Copy(os.Stdout, io.LimitReader(answer.Body, 1<<16))
	return err
}

func wait() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	<-told
}
