{{- define "sallyport.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "sallyport.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "sallyport.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "sallyport.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "sallyport.selector" -}}
app.kubernetes.io/name: {{ include "sallyport.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- define "sallyport.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "sallyport.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "sallyport.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "sallyport.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "sallyport.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The names in the certificate that the gateway signs for itself: those that are given, and those of its services. */}}
{{- define "sallyport.names" -}}
{{- $names := .Values.names -}}
{{- $fullname := include "sallyport.fullname" . -}}
{{- range list $fullname (printf "%s-agents" $fullname) (printf "%s-api" $fullname) -}}
{{- $names = append $names (printf "%s.%s.svc" . $.Release.Namespace) -}}
{{- end -}}
{{- $names | uniq | toJson -}}
{{- end -}}

{{/* gateway.yaml: what the values say besides, and over it what follows from how the chart lays things out. */}}
{{- define "sallyport.config" -}}
{{- $paths := dict "state" "/var/lib/sallyport/state" "recordings" "/var/lib/sallyport/recordings" "secrets" "/run/sallyport" -}}
{{- $keys := list -}}
{{- range .Values.secrets.sealing.keys -}}
{{- $keys = append $keys (printf "file:%s/sealing/%s" $paths.secrets .) -}}
{{- end -}}
{{- $listeners := list -}}
{{- range .Values.listeners -}}
{{- $listeners = append $listeners (merge (dict "host" "0.0.0.0") (omit . "name")) -}}
{{- end -}}
{{- $tunnel := dict "host" "0.0.0.0" "port" (int .Values.agents.port) -}}
{{- $own := dict
  "state" (dict "folder" $paths.state "databaseUrl" (printf "file:%s/database/url" $paths.secrets))
  "recordings" $paths.recordings
  "listeners" $listeners
  "api" (dict "host" "0.0.0.0" "port" (int .Values.api.port) "metrics" .Values.api.metrics "socket" (printf "%s/api.sock" $paths.state))
  "relay" (dict "host" "0.0.0.0" "port" (int .Values.relay.port))
  "sealing" (dict "keys" $keys)
  "drainSeconds" (int .Values.drainSeconds) -}}
{{- if .Values.secrets.tls.name -}}
{{- $certificate := dict "certificateFile" (printf "%s/tls/tls.crt" $paths.secrets) "keyFile" (printf "%s/tls/tls.key" $paths.secrets) -}}
{{- $_ := set $own "tls" $certificate -}}
{{- if .Values.agents.caKey -}}
{{- $tunnel = merge $tunnel $certificate (dict "caFile" (printf "%s/tls/%s" $paths.secrets .Values.agents.caKey)) -}}
{{- end -}}
{{- else -}}
{{- $_ := set $own "tls" (dict "names" (include "sallyport.names" . | fromJsonArray)) -}}
{{- end -}}
{{- $service := include "sallyport.fullname" . -}}
{{- $agentsAddress := printf "%s-agents.%s.svc:%d" $service .Release.Namespace (int .Values.agents.port) -}}
{{- $_ := set $tunnel "addresses" (default (list $agentsAddress) .Values.agents.addresses) -}}
{{- $_ := set $own "tunnel" $tunnel -}}
{{- $apiUrl := printf "https://%s-api.%s.svc:%d" $service .Release.Namespace (int .Values.api.port) -}}
{{- $_ := set $own "enrolment" (dict "url" (default $apiUrl .Values.agents.enrolmentUrl)) -}}
{{- if .Values.secrets.masks.name -}}
{{- $_ := set $own "masks" (dict "keyFile" (printf "%s/masks/mask.key" $paths.secrets)) -}}
{{- end -}}
{{- mergeOverwrite (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}

{{/* Of a listener: at most 15 characters. */}}
{{- define "sallyport.portName" -}}
{{- default (printf "%s-%d" .protocol (int .port)) .name | trunc 15 | trimSuffix "-" -}}
{{- end -}}
