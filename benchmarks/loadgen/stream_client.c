#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <time.h>
#include <sys/socket.h>
#include <sys/epoll.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
static double now(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+1e-9*t.tv_nsec;}
int main(int c,char**v){int port=atoi(v[1]),n=atoi(v[2]);double secs=atof(v[3]);int ep=epoll_create1(0);
char body[512],req[1024];
snprintf(body,512,"{\"model\":\"truth\",\"prompt\":\"a b c\",\"max_tokens\":1,\"temperature\":0,\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
int rl=snprintf(req,1024,"POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",strlen(body),body);
struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(port)};a.sin_addr.s_addr=htonl(INADDR_LOOPBACK);
for(int i=0;i<n;i++){int s=socket(AF_INET,SOCK_STREAM,0);int one=1;setsockopt(s,IPPROTO_TCP,TCP_NODELAY,&one,sizeof one);if(connect(s,(void*)&a,sizeof a))return 1;struct epoll_event e={.events=EPOLLIN,.data.fd=s};epoll_ctl(ep,EPOLL_CTL_ADD,s,&e);send(s,req,rl,0);}
long done=0;double t0=now();char buf[65536];struct epoll_event ev[256];
while(now()-t0<secs){int k=epoll_wait(ep,ev,256,100);for(int i=0;i<k;i++){int s=ev[i].data.fd;int r=recv(s,buf,sizeof buf,0);if(r<=0)return 2;if(r>=5&&!memcmp(buf+r-5,"0\r\n\r\n",5)){done++;send(s,req,rl,0);}}}
double dt=now()-t0;struct timespec cpu;clock_gettime(CLOCK_PROCESS_CPUTIME_ID,&cpu);printf("%.0f/s client cpu us/req %.2f\n",done/dt,1e6*(cpu.tv_sec+1e-9*cpu.tv_nsec)/done);}
