// The real Kubernetes programs in one file: the first argument names the one to be.
//
// Nothing is re-implemented here. Each name calls the entry point of the program
// that a cluster runs, so what a test sees is what a cluster does.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var programs = map[string]func() int{
	"etcd":                    etcd,
	"kube-apiserver":          command(apiserver.NewAPIServerCommand),
	"kube-controller-manager": command(controllermanager.NewControllerManagerCommand),
	"kube-proxy":              command(proxy.NewProxyCommand),
	"kube-scheduler":          command(schedulerCommand),
	"kubectl":                 kubectlCommand,
	"kubelet":                 command(kubeletCommand),
}

func main() {
	name, args := choose(os.Args)
	program, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "usage: kube %s [arguments]\n", strings.Join(names(), "|"))
		os.Exit(2)
	}
	os.Args = append([]string{name}, args...)
	os.Exit(program())
}

// choose reads the program's name from the name this file was called by (a link
// named kubectl is kubectl), otherwise from the first argument.
func choose(argv []string) (string, []string) {
	called := filepath.Base(argv[0])
	if _, known := programs[called]; known {
		return called, argv[1:]
	}
	if len(argv) < 2 {
		return "", nil
	}
	return argv[1], argv[2:]
}

func command(make func() *cobra.Command) func() int {
	return func() int { return cli.Run(make()) }
}

func schedulerCommand() *cobra.Command { return scheduler.NewSchedulerCommand() }

func kubeletCommand() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }

// kubectlCommand ends as kubectl does: by its own wording of errors, not cobra's.
func kubectlCommand() int {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
	return 0
}

func etcd() int {
	etcdmain.Main(os.Args)
	return 0
}

func names() []string {
	var all []string
	for name := range programs {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}
