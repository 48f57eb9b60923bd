{{- define "sallyport-agent.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "sallyport-agent.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "sallyport-agent.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "sallyport-agent.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "sallyport-agent.selector" -}}
app.kubernetes.io/name: {{ include "sallyport-agent.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: agent
{{- end -}}

{{- define "sallyport-agent.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "sallyport-agent.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "sallyport-agent.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "sallyport-agent.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "sallyport-agent.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* agent.yaml: what the values say besides, and over it what follows from how the chart lays things out. */}}
{{- define "sallyport-agent.config" -}}
{{- if not .Values.allow -}}
{{- fail "allow must say what the agent may dial, such as db.internal:5432" -}}
{{- end -}}
{{- $credentials := list -}}
{{- range .Values.credentials -}}
{{- $credentials = append $credentials (printf "file:/run/sallyport/credentials/%s/*" .secretName) -}}
{{- end -}}
{{- $own := dict "allow" .Values.allow "credentials" (default list (concat $credentials (default list .Values.config.credentials))) -}}
{{- mergeOverwrite (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}
